-- The first form of a Sitmap store.
--
-- Dates are ISO 8601 days, times ISO 8601 in UTC, distances kilometres, positions WGS 84 degrees.
-- Offsets are character positions in documents.text, the end exclusive. NULL means "not known".

CREATE TABLE documents (
    id        TEXT PRIMARY KEY NOT NULL,
    title     TEXT NOT NULL,
    source    TEXT NOT NULL,
    url       TEXT NOT NULL,
    published DATE,
    added_at  TIMESTAMP NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%SZ', 'now')),
    text      TEXT NOT NULL
);

-- Every toponym of a document, what it was taken to mean, and why. place, anchor and candidates
-- are JSON; the candidates come best first, each with its score and what the score is made of.
CREATE TABLE mentions (
    document_id    TEXT NOT NULL REFERENCES documents (id) ON DELETE CASCADE,
    position       INTEGER NOT NULL,
    start_offset   INTEGER NOT NULL,
    end_offset     INTEGER NOT NULL CHECK (end_offset >= start_offset),
    text           TEXT NOT NULL,
    name           TEXT NOT NULL,
    kind           TEXT NOT NULL,
    asked          TEXT NOT NULL,
    relation       TEXT NOT NULL,
    offset_km      REAL,
    bearing        REAL,
    near_mention   INTEGER,
    inside_mention INTEGER,
    confidence     REAL NOT NULL,
    geo_precision  INTEGER CHECK (geo_precision IN (1, 2, 3)),
    uncertainty_km REAL CHECK (uncertainty_km >= 0),
    reason         TEXT NOT NULL,
    lat            REAL CHECK (lat BETWEEN -90 AND 90),
    lon            REAL CHECK (lon BETWEEN -180 AND 180),
    place_id       TEXT GENERATED ALWAYS AS (json_extract(place, '$.id')) VIRTUAL,
    place_name     TEXT GENERATED ALWAYS AS (json_extract(place, '$.name')) VIRTUAL,
    place          TEXT,
    anchor         TEXT,
    candidates     TEXT NOT NULL,
    PRIMARY KEY (document_id, position)
);

-- The geometry is WKB and stands last: a row is then scanned without reading its outline.
-- region_id is the place id of the first-order division, else of the country, that a shaded map
-- counts the event under. fatalities_stated tells "deaths, number not given" from "no deaths told".
CREATE TABLE events (
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

CREATE INDEX events_newest_first ON events (coalesce(date_end, '') DESC, id);
CREATE INDEX events_by_place ON events (place_id);
CREATE INDEX events_by_division ON events (place_admin1_id);
CREATE INDEX events_by_country ON events (place_country);

-- The evidence: one row for each sentence that tells of an event.
CREATE TABLE reports (
    report_key       INTEGER PRIMARY KEY,
    event_id         TEXT NOT NULL REFERENCES events (id) ON DELETE CASCADE,
    document_id      TEXT NOT NULL REFERENCES documents (id) ON DELETE CASCADE,
    sentence         TEXT NOT NULL,
    sentence_start   INTEGER NOT NULL,
    sentence_end     INTEGER NOT NULL,
    trigger_text     TEXT NOT NULL,
    trigger_start    INTEGER NOT NULL,
    trigger_end      INTEGER NOT NULL,
    mention_position INTEGER,
    UNIQUE (event_id, document_id, sentence_start, sentence_end, trigger_start, trigger_end)
);

CREATE INDEX reports_by_document ON reports (document_id);

-- For each placed event a box in degrees around its geometry and its point with the uncertainty;
-- all longitudes where that reaches the antimeridian or a pole.
CREATE VIRTUAL TABLE event_extents USING rtree (event_key, west, east, south, north);

-- Inputs that could not become a document.
CREATE TABLE refusals (
    name       TEXT NOT NULL,
    code       TEXT NOT NULL,
    message    TEXT NOT NULL,
    refused_at TIMESTAMP NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%SZ', 'now')),
    PRIMARY KEY (name, code, message)
);

-- Each sentence with its event, place and source, in one table to look at.
CREATE VIEW evidence AS
SELECT
    reports.report_key,
    events.id AS event_id,
    events.event_type,
    events.sub_event_type,
    events.stance,
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
JOIN events ON events.id = reports.event_id
JOIN documents ON documents.id = reports.document_id;

-- With these two, QGIS and everything else that reads through GDAL opens events and evidence as layers.
CREATE TABLE spatial_ref_sys (
    srid      INTEGER PRIMARY KEY,
    auth_name TEXT NOT NULL,
    auth_srid INTEGER NOT NULL,
    srtext    TEXT NOT NULL
);
INSERT INTO spatial_ref_sys VALUES (
    4326, 'EPSG', 4326,
    'GEOGCS["WGS 84",DATUM["WGS_1984",SPHEROID["WGS 84",6378137,298.257223563]],PRIMEM["Greenwich",0],UNIT["degree",0.0174532925199433],AUTHORITY["EPSG","4326"]]'
);
CREATE TABLE geometry_columns (
    f_table_name      TEXT NOT NULL,
    f_geometry_column TEXT NOT NULL,
    geometry_type     INTEGER NOT NULL,
    coord_dimension   INTEGER NOT NULL,
    srid              INTEGER NOT NULL REFERENCES spatial_ref_sys (srid),
    geometry_format   TEXT NOT NULL,
    PRIMARY KEY (f_table_name, f_geometry_column)
);
INSERT INTO geometry_columns VALUES
    ('events', 'geometry', 0, 2, 4326, 'WKB'),
    ('evidence', 'geometry', 0, 2, 4326, 'WKB');
