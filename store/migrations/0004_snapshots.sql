-- What others drew for a day: ground of a party, or a front line.
--
-- Rows are neither changed nor deleted. Of those of one date, source, party and kind that nobody has removed the
-- one imported last counts. km2 is NULL for lines; notes is a JSON list; the geometry is WKB and stands last, so
-- that the rest is read without it.
CREATE TABLE snapshots (
    snapshot_key INTEGER PRIMARY KEY AUTOINCREMENT,
    id           TEXT NOT NULL,
    date         DATE NOT NULL,
    source       TEXT NOT NULL CHECK (source <> ''),
    party        TEXT NOT NULL,
    kind         TEXT NOT NULL CHECK (kind IN ('control', 'claimed', 'line')),
    notes        TEXT NOT NULL,
    km2          REAL CHECK (km2 >= 0),
    imported_at  TIMESTAMP NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%SZ', 'now')),
    removed_at   TIMESTAMP,
    geometry     BLOB NOT NULL,
    CONSTRAINT "whose ground it is" CHECK (party <> '' OR kind = 'line')
);
CREATE INDEX snapshots_by_version ON snapshots (source, kind, date, party, removed_at);
CREATE INDEX snapshots_by_id ON snapshots (id);

-- Those that count.
CREATE VIEW current_snapshots AS
SELECT * FROM snapshots AS one
WHERE removed_at IS NULL AND NOT EXISTS (
    SELECT 1 FROM snapshots AS later
    WHERE later.source = one.source AND later.kind = one.kind AND later.date = one.date
        AND later.party = one.party AND later.removed_at IS NULL AND later.snapshot_key > one.snapshot_key
);

INSERT INTO geometry_columns VALUES ('current_snapshots', 'geometry', 0, 2, 4326, 'WKB');
