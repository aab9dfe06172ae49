-- Bits of a ledger line's notes. The lowest two hold the availability status before the movement.
local STATUS_BEFORE = { O = 1, P = 2, I = 3 }
local NOTE_IGNORED, NOTE_OVER_RETURN, NOTE_SHORTFALL, NOTE_CREATED, NOTE_FELL_LOW = 4, 8, 16, 32, 64
local NOTE_DELETED, NOTE_RESERVED_CHANGED = 128, 256
-- Fell low by the tenant's default: the threshold in the line's numbers is that one.
local NOTE_DEFAULT_THRESHOLD = 512
-- Whether the item is low on stock after it; older entries have neither.
local NOTE_LOW, NOTE_NOT_LOW = 1024, 2048
