-- What readers report as wrong with an event. The id is the one that the event was shown under: it leads to the
-- event for good, whatever is merged later.
CREATE TABLE mistakes (
    mistake_key INTEGER PRIMARY KEY,
    event_id    TEXT NOT NULL,
    kind        TEXT NOT NULL
        CHECK (kind IN ('place', 'type', 'date', 'stance', 'no event', 'double', 'other')),
    note        TEXT NOT NULL CHECK (length(note) <= 1000),
    reported_at TIMESTAMP NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%SZ', 'now')),
    settled_at  TIMESTAMP
);
