-- One event, several documents: each document's telling of an event is kept for good, and the event that
-- is shown is folded out of its tellings. To merge is to point tellings to an event, to split to point them back.
--
-- Events of a store of the first form that several documents tell of become a telling for each of these.

-- What is shown. The id is that of the first telling.
CREATE TABLE shown (
    event_key          INTEGER PRIMARY KEY,
    id                 TEXT NOT NULL UNIQUE,
    event_type         TEXT NOT NULL,
    sub_event_type     TEXT NOT NULL,
    disorder_type      TEXT NOT NULL,
    stance             TEXT NOT NULL,
    confidence         REAL NOT NULL,
    actor              TEXT,
    target             TEXT,
    claimed_by         TEXT,
    date_start         DATE,
    date_end           DATE,
    time_precision     INTEGER,
    place_text         TEXT NOT NULL,
    lat                REAL CHECK (lat BETWEEN -90 AND 90),
    lon                REAL CHECK (lon BETWEEN -180 AND 180),
    geo_precision      INTEGER CHECK (geo_precision IN (1, 2, 3)),
    uncertainty_km     REAL CHECK (uncertainty_km >= 0),
    fatalities_stated  INTEGER NOT NULL CHECK (fatalities_stated IN (0, 1)),
    fatalities_low     INTEGER,
    fatalities_best    INTEGER,
    fatalities_high    INTEGER,
    wounded_stated     INTEGER NOT NULL CHECK (wounded_stated IN (0, 1)),
    wounded_low        INTEGER,
    wounded_best       INTEGER,
    wounded_high       INTEGER,
    captured_stated    INTEGER NOT NULL CHECK (captured_stated IN (0, 1)),
    captured_low       INTEGER,
    captured_best      INTEGER,
    captured_high      INTEGER,
    weapon             TEXT,
    count              INTEGER CHECK (count >= 1),
    region_id          TEXT,
    place_id           TEXT,
    place_name         TEXT,
    place_lat          REAL,
    place_lon          REAL,
    place_feature_code TEXT,
    place_country      TEXT,
    place_admin1       TEXT,
    place_admin1_id    TEXT,
    place_admin2       TEXT,
    place_population   INTEGER,
    place_radius_km    REAL,
    place_source       TEXT,
    geometry_type      TEXT,
    geometry           BLOB,
    CONSTRAINT "dates come together and in order" CHECK (
        (date_start IS NULL AND date_end IS NULL AND time_precision IS NULL)
        OR (date_start <= date_end AND time_precision IN (1, 2, 3)) IS TRUE
    ),
    CONSTRAINT "lat and lon come together" CHECK ((lat IS NULL) = (lon IS NULL)),
    CONSTRAINT "what is placed has a point" CHECK (
        lat IS NOT NULL OR (geometry IS NULL AND geo_precision IS NULL)
    )
);

INSERT INTO shown (
    event_key, id,
    event_type, sub_event_type, disorder_type, stance, confidence, actor, target, claimed_by, date_start,
    date_end, time_precision, place_text, lat, lon, geo_precision, uncertainty_km, fatalities_stated,
    fatalities_low, fatalities_best, fatalities_high, region_id, place_id, place_name, place_lat, place_lon,
    place_feature_code, place_country, place_admin1, place_admin1_id, place_admin2, place_population,
    place_radius_km, place_source, geometry_type, geometry,
    wounded_stated, captured_stated
)
SELECT
    event_key, id,
    event_type, sub_event_type, disorder_type, stance, confidence, actor, target, claimed_by, date_start,
    date_end, time_precision, place_text, lat, lon, geo_precision, uncertainty_km, fatalities_stated,
    fatalities_low, fatalities_best, fatalities_high, region_id, place_id, place_name, place_lat, place_lon,
    place_feature_code, place_country, place_admin1, place_admin1_id, place_admin2, place_population,
    place_radius_km, place_source, geometry_type, geometry,
    0, 0
FROM events;

-- What each document tells; event_key is the event that it is shown in.
CREATE TABLE tellings (
    telling_key        INTEGER PRIMARY KEY,
    event_key          INTEGER NOT NULL REFERENCES shown (event_key) ON DELETE CASCADE,
    document_id        TEXT NOT NULL REFERENCES documents (id) ON DELETE CASCADE,
    id                 TEXT NOT NULL UNIQUE,
    event_type         TEXT NOT NULL,
    sub_event_type     TEXT NOT NULL,
    disorder_type      TEXT NOT NULL,
    stance             TEXT NOT NULL,
    confidence         REAL NOT NULL,
    actor              TEXT,
    target             TEXT,
    claimed_by         TEXT,
    date_start         DATE,
    date_end           DATE,
    time_precision     INTEGER,
    place_text         TEXT NOT NULL,
    lat                REAL CHECK (lat BETWEEN -90 AND 90),
    lon                REAL CHECK (lon BETWEEN -180 AND 180),
    geo_precision      INTEGER CHECK (geo_precision IN (1, 2, 3)),
    uncertainty_km     REAL CHECK (uncertainty_km >= 0),
    fatalities_stated  INTEGER NOT NULL CHECK (fatalities_stated IN (0, 1)),
    fatalities_low     INTEGER,
    fatalities_best    INTEGER,
    fatalities_high    INTEGER,
    wounded_stated     INTEGER NOT NULL CHECK (wounded_stated IN (0, 1)),
    wounded_low        INTEGER,
    wounded_best       INTEGER,
    wounded_high       INTEGER,
    captured_stated    INTEGER NOT NULL CHECK (captured_stated IN (0, 1)),
    captured_low       INTEGER,
    captured_best      INTEGER,
    captured_high      INTEGER,
    weapon             TEXT,
    count              INTEGER CHECK (count >= 1),
    region_id          TEXT,
    place_id           TEXT,
    place_name         TEXT,
    place_lat          REAL,
    place_lon          REAL,
    place_feature_code TEXT,
    place_country      TEXT,
    place_admin1       TEXT,
    place_admin1_id    TEXT,
    place_admin2       TEXT,
    place_population   INTEGER,
    place_radius_km    REAL,
    place_source       TEXT,
    geometry_type      TEXT,
    geometry           BLOB,
    CONSTRAINT "dates come together and in order" CHECK (
        (date_start IS NULL AND date_end IS NULL AND time_precision IS NULL)
        OR (date_start <= date_end AND time_precision IN (1, 2, 3)) IS TRUE
    ),
    CONSTRAINT "lat and lon come together" CHECK ((lat IS NULL) = (lon IS NULL)),
    CONSTRAINT "what is placed has a point" CHECK (
        lat IS NOT NULL OR (geometry IS NULL AND geo_precision IS NULL)
    )
);

INSERT INTO tellings (
    event_key, document_id, id,
    event_type, sub_event_type, disorder_type, stance, confidence, actor, target, claimed_by, date_start,
    date_end, time_precision, place_text, lat, lon, geo_precision, uncertainty_km, fatalities_stated,
    fatalities_low, fatalities_best, fatalities_high, region_id, place_id, place_name, place_lat, place_lon,
    place_feature_code, place_country, place_admin1, place_admin1_id, place_admin2, place_population,
    place_radius_km, place_source, geometry_type, geometry,
    wounded_stated, captured_stated
)
SELECT
    event_key, document_id, iif(is_first, id, id || '-' || document_id),
    event_type, sub_event_type, disorder_type, stance, confidence, actor, target, claimed_by, date_start,
    date_end, time_precision, place_text, lat, lon, geo_precision, uncertainty_km, fatalities_stated,
    fatalities_low, fatalities_best, fatalities_high, region_id, place_id, place_name, place_lat, place_lon,
    place_feature_code, place_country, place_admin1, place_admin1_id, place_admin2, place_population,
    place_radius_km, place_source, geometry_type, geometry,
    0, 0
FROM events
JOIN (
    SELECT
        event_id, document_id, min(report_key) AS told,
        row_number() OVER (PARTITION BY event_id ORDER BY min(report_key)) = 1 AS is_first
    FROM reports GROUP BY event_id, document_id
) ON event_id = id
ORDER BY told;

CREATE INDEX tellings_by_event ON tellings (event_key);
CREATE INDEX tellings_by_document ON tellings (document_id);

-- The evidence: one row for each sentence that tells of an event, with what that sentence makes of it.
CREATE TABLE evident (
    report_key        INTEGER PRIMARY KEY,
    telling_id        TEXT NOT NULL REFERENCES tellings (id) ON DELETE CASCADE,
    sentence          TEXT NOT NULL,
    sentence_start    INTEGER NOT NULL,
    sentence_end      INTEGER NOT NULL,
    trigger_text      TEXT NOT NULL,
    trigger_start     INTEGER NOT NULL,
    trigger_end       INTEGER NOT NULL,
    mention_position  INTEGER,
    stance            TEXT NOT NULL,
    claimed_by        TEXT,
    fatalities_stated INTEGER NOT NULL CHECK (fatalities_stated IN (0, 1)),
    fatalities_low    INTEGER,
    fatalities_best   INTEGER,
    fatalities_high   INTEGER,
    UNIQUE (telling_id, sentence_start, sentence_end, trigger_start, trigger_end)
);
INSERT INTO evident
SELECT
    report_key, tellings.id, sentence, sentence_start, sentence_end, trigger_text, trigger_start, trigger_end,
    mention_position, tellings.stance, tellings.claimed_by, 0, NULL, NULL, NULL
FROM reports
JOIN events ON events.id = reports.event_id
JOIN tellings USING (event_key, document_id);

-- The box of an event reaches through time as well, in years of 365.25 days since the year 1, so that what
-- happened at one place in those days is found among the events of many years. -1 for what has no date.
CREATE VIRTUAL TABLE extents USING rtree (event_key, west, east, south, north, since, until);
INSERT INTO extents
SELECT
    event_key, west, east, south, north, coalesce((julianday(date_start) - 1721424.5) / 365.25, -1),
    coalesce((julianday(date_end) - 1721424.5) / 365.25, -1)
FROM event_extents JOIN events USING (event_key);
DROP TABLE event_extents;
ALTER TABLE extents RENAME TO event_extents;

DROP VIEW evidence;
DROP TABLE reports;
DROP TABLE events;
ALTER TABLE shown RENAME TO events;
ALTER TABLE evident RENAME TO reports;

CREATE INDEX events_newest_first ON events (coalesce(date_end, '') DESC, id);
CREATE INDEX events_by_place ON events (place_id);
CREATE INDEX events_by_division ON events (place_admin1_id);
CREATE INDEX events_by_country ON events (place_country);

-- What was merged by hand: the id under which it was shown, and its tellings at that time; and when that was
-- taken back.
CREATE TABLE merges (
    merge_key INTEGER PRIMARY KEY,
    event_id  TEXT NOT NULL,
    into_id   TEXT NOT NULL,
    merged_at TIMESTAMP NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%SZ', 'now')),
    undone_at TIMESTAMP
);
CREATE INDEX merges_by_event ON merges (event_id);
CREATE TABLE merged_tellings (
    merge_key   INTEGER NOT NULL REFERENCES merges (merge_key) ON DELETE CASCADE,
    telling_key INTEGER NOT NULL REFERENCES tellings (telling_key) ON DELETE CASCADE,
    PRIMARY KEY (merge_key, telling_key)
) WITHOUT ROWID;

-- Each sentence with its event, place and source, in one table to look at.
CREATE VIEW evidence AS
SELECT
    reports.report_key,
    events.id AS event_id,
    events.event_type,
    events.sub_event_type,
    events.stance,
    reports.stance AS report_stance,
    events.date_start,
    events.date_end,
    events.place_text,
    events.place_name,
    events.place_admin1,
    events.place_country,
    events.geo_precision,
    events.uncertainty_km,
    reports.sentence,
    reports.trigger_text,
    documents.id AS document_id,
    documents.title,
    documents.source,
    documents.url,
    documents.published,
    events.geometry
FROM reports
JOIN tellings ON tellings.id = reports.telling_id
JOIN events ON events.event_key = tellings.event_key
JOIN documents ON documents.id = tellings.document_id;
