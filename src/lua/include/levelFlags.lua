-- Bits of a level's flags byte.
local TRACKED, IN_STOCK, PREORDER_ENABLED, HAS_THRESHOLD = 1, 2, 4, 8
local hasFlag = bit.band
