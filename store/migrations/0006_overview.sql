-- What maps, filters and counts need to know of each shown event, packed in one small record, so that a process
-- reads a million of them in a second and keeps them in memory. Decision 0014 says why.
--
-- Words (types, names, place ids) stand in a record as their codes. Nothing is taken out of the dictionary.
CREATE TABLE overview_words (
    code INTEGER PRIMARY KEY,
    word TEXT NOT NULL UNIQUE
);

-- A change of an event gives its record the next revision, so that who has read up to one goes on from there. The
-- record of an event that is not shown any more is empty.
CREATE TABLE overview (
    event_key INTEGER PRIMARY KEY,
    revision  INTEGER NOT NULL,
    packed    BLOB NOT NULL
);
CREATE INDEX overview_by_revision ON overview (revision);

CREATE TRIGGER events_removed AFTER DELETE ON events BEGIN
    UPDATE overview SET packed = x'', revision = (SELECT max(revision) + 1 FROM overview)
    WHERE event_key = old.event_key;
END;

-- What a record is made of. The district is the smallest division that is known, as region_id is; without one of
-- first order its country stands for it. Sources that report of an event are one word, parted by the character 31.
CREATE VIEW overview_facts AS
SELECT
    event_key, lat, lon, date_start, date_end, geo_precision, uncertainty_km,
    CASE WHEN geometry_type <> 'Point' THEN geometry END AS outline, west, south, east, north,
    fatalities_low, fatalities_best, fatalities_high,
    event_type, sub_event_type, stance, actor, target, place_id,
    coalesce(place_name, place_text) AS place,
    region_id AS district,
    coalesce(
        nullif(place_admin1_id, ''), CASE WHEN place_id LIKE 'adm1:%' THEN place_id END,
        'country:' || nullif(place_country, '')
    ) AS division,
    'country:' || nullif(place_country, '') AS country,
    (
        SELECT group_concat(source, char(31)) FROM (
            SELECT DISTINCT source FROM tellings JOIN documents ON documents.id = document_id
            WHERE tellings.event_key = events.event_key AND source <> '' ORDER BY source
        )
    ) AS sources
FROM events LEFT JOIN event_extents USING (event_key);

CREATE VIEW overview_terms AS
SELECT event_key, value AS word
FROM overview_facts, json_each(json_array(
    event_type, sub_event_type, stance, actor, target, place_id, place, district, division, country, sources
))
WHERE value <> '';

-- packed_event is a function of store/overview.py.
CREATE VIEW overview_records AS
SELECT event_key, packed_event(
    lat, lon, date_start, date_end, geo_precision, uncertainty_km, outline, west, south, east, north,
    fatalities_low, fatalities_best, fatalities_high,
    (SELECT code FROM overview_words WHERE word = event_type),
    (SELECT code FROM overview_words WHERE word = sub_event_type),
    (SELECT code FROM overview_words WHERE word = stance),
    (SELECT code FROM overview_words WHERE word = actor),
    (SELECT code FROM overview_words WHERE word = target),
    (SELECT code FROM overview_words WHERE word = place_id),
    (SELECT code FROM overview_words WHERE word = place),
    (SELECT code FROM overview_words WHERE word = district),
    (SELECT code FROM overview_words WHERE word = division),
    (SELECT code FROM overview_words WHERE word = country),
    (SELECT code FROM overview_words WHERE word = sources)
) AS packed
FROM overview_facts;

INSERT OR IGNORE INTO overview_words (word) SELECT word FROM overview_terms;
INSERT INTO overview SELECT event_key, row_number() OVER (ORDER BY event_key), packed FROM overview_records;

-- The words by which an event is searched: what a document says of it. A telling never changes, so nothing is ever
-- taken out of the index, and it keeps no text of its own.
CREATE VIRTUAL TABLE telling_words USING fts5 (words, content = '', tokenize = 'unicode61 remove_diacritics 2');
CREATE VIEW telling_texts AS
SELECT
    telling_key,
    title || char(10) || place_text || char(10) || coalesce(place_name, '') || char(10) || coalesce(actor, '')
        || char(10) || coalesce(target, '') || char(10)
        || (SELECT group_concat(sentence, char(10)) FROM reports WHERE telling_id = tellings.id) AS words
FROM tellings JOIN documents ON documents.id = document_id;
INSERT INTO telling_words (rowid, words) SELECT telling_key, words FROM telling_texts;

-- The overview filters faster.
DROP INDEX events_newest_first;
DROP INDEX events_by_place;
DROP INDEX events_by_division;
DROP INDEX events_by_country;
DROP INDEX events_by_region;
