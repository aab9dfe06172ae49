-- Bounds, inclusive: a stored quantity, and the units one movement may move of one item.
local QUANTITY_LIMIT, UNITS_LIMIT = 1000000000, 2000000000
