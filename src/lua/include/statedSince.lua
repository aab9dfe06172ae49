-- Whether somebody has said what an item's quantity is, or made the item, in a ledger entry after a
-- sequence: by a count, by a quantity to set, by a save. Goes back along the item's trail, which
-- costs a read only where something has happened; after 100 entries it says yes.
local STATING = { COUNT = true, SET = true }
local function statedSince(ledger, item, last, sequence)
  for _ = 1, 100 do
    local time, number = struct.unpack(ENTRY_ID, last)
    if number <= sequence then return false end
    local id, values = string.format("%d-%d", time, number), {}
    local entry = redis.call("XRANGE", ledger, id, id)[1]
    for place = 1, entry and #entry[2] or 0, 2 do
      values[entry[2][place]] = entry[2][place + 1]
    end
    local line = values.lines and itemLine(values.lines, item)
    if not line then return true end
    local _, delta, _, notes = struct.unpack(LEDGER_CHANGE, line, LINE_BYTES - 13)
    if
      STATING[values.movement:match('"operation":"(%u+)"')]
      or hasFlag(notes, NOTE_CREATED) ~= 0
      or values.levelsBefore and delta ~= 0
    then
      return true
    end
    last = line:sub(47, 58)
  end
  return true
end
