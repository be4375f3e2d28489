-- "Between A and B", "the border of A with B", coordinates in a text.
--
-- other_mention is the position of the relation's second mention, other (JSON) the place that it was
-- taken to mean; spot is JSON too: lat, lon and how many km off the figures may be.

ALTER TABLE mentions ADD COLUMN other_mention INTEGER;
ALTER TABLE mentions ADD COLUMN spot TEXT;
ALTER TABLE mentions ADD COLUMN other TEXT;
