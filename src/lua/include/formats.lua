-- struct formats of packed values, field by field in docs/reference/keys.md.
-- LEVEL, the numbers of an item: flags, revision, updated (ms), quantity, reserved, preorder limit,
-- preorder counter, low stock threshold. A stored level has a trail after its numbers: the time and
-- sequence of the last ledger entry about the item (ENTRY_ID), and the sequence of the one that
-- wrote its document (SEQUENCE).
-- HEAD: last sequence, its time (ms), settings revision, default low stock threshold (-1: none).
-- A ledger line is an item id (16 bytes), a LEVEL (30), the ENTRY_ID of the entry before it about
-- the same item (12; zeros: there is none), and a LEDGER_CHANGE: units asked for, change of
-- quantity, change of the preorder counter, notes.
local LEVEL, LEVEL_AND_TRAIL = "<BI5I6i4i4I3i4I3", "<BI5I6i4i4I3i4I3c12c6"
local ENTRY_ID, SEQUENCE = "<I6I6", "<I6"
local HEAD, LEDGER_CHANGE = "<I6I6I4i4", "<i4i4i4I2"
local NO_LEVEL, NO_ENTRY = string.rep("\0", 30), string.rep("\0", 12)
local NO_SEQUENCE = string.rep("\0", 6)
