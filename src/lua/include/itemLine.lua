-- Finds an item's line in the lines of a ledger entry. An ignored line is taken only when there is
-- no other. Returns the line and its index from 0, or nothing.
local LINE_BYTES = 72
local function itemLine(lines, item)
  local line, index
  local at = lines:find(item, 1, true)
  while at do
    -- The bytes of an id may also stand across two values.
    if at % LINE_BYTES == 1 then
      line, index = lines:sub(at, at + LINE_BYTES - 1), (at - 1) / LINE_BYTES
      local _, _, _, notes = struct.unpack(LEDGER_CHANGE, line, LINE_BYTES - 13)
      if hasFlag(notes, NOTE_IGNORED) == 0 then return line, index end
    end
    at = lines:find(item, at + 1, true)
  end
  return line, index
end
