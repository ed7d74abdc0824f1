-- +goose Up
-- The last order number that a register gave on a day: days since 1 January 1970, by the stall's clocks.
CREATE TABLE order_number (
    register TEXT   NOT NULL,
    day      BIGINT NOT NULL,
    no       BIGINT NOT NULL,
    PRIMARY KEY (register, day)
);

-- +goose Down
DROP TABLE order_number;
