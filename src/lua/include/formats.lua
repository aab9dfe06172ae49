-- struct formats of packed values, field by field in docs/reference/keys.md.
-- LEVEL: flags, revision, updated (ms), quantity, reserved, preorder limit, preorder counter,
-- low stock threshold. HEAD: last sequence, its time (ms), settings revision.
local LEVEL, HEAD, LEDGER_LINE = "<BI5I6i4i4I3i4I3", "<I6I6I4", "<c16c30i4i4i4I2"
local NO_LEVEL = string.rep("\0", 30)
