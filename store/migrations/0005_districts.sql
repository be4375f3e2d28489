-- The region_id of an event is the place id of the smallest division that it is known to lie in: a district,
-- else a first-order division, else a country. What was read before has no district.

CREATE INDEX events_by_region ON events (region_id);
