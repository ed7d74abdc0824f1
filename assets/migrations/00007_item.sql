-- +goose Up
-- What a stall sells.
CREATE TABLE item (
    id    TEXT NOT NULL PRIMARY KEY,
    stall TEXT NOT NULL,
    doc   TEXT NOT NULL
);
CREATE INDEX item_stall ON item (stall, id);

-- +goose Down
DROP TABLE item;
