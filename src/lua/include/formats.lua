-- struct formats of packed values, field by field in docs/reference/keys.md.
-- LEVEL: flags, revision, updated (ms), quantity, reserved, preorder limit, preorder counter,
-- low stock threshold. HEAD: last sequence, its time (ms), settings revision. A ledger line is an
-- item id (16 bytes), a level (30 bytes) and a LEDGER_CHANGE: units asked for, change of quantity,
-- change of the preorder counter, notes.
local LEVEL, HEAD, LEDGER_CHANGE = "<BI5I6i4i4I3i4I3", "<I6I6I4", "<i4i4i4I2"
