-- Bounds, inclusive: a stored quantity, and the units one movement may move of one item.
local QUANTITY_LIMIT, UNITS_LIMIT = 1000000000, 2000000000
-- Units that may be preordered of an item that was given no limit: the highest one.
local DEFAULT_LIMIT = 100000
