-- Looks for the movement of an order that a call repeats (docs/concepts): the same call digest, or
-- the same content digest with no movement in the other direction since. Only movements not older
-- than `since` (ms) count. Returns its ledger id, or nothing.
local function findRepeat(movements, direction, callDigest, contentDigest, since)
  local turned = false
  for position = #movements - 36, 1, -37 do
    local way, call, content, time, sequence =
      struct.unpack("<c1c12c12I6I6", movements, position)
    if time < since then return end
    turned = turned or way ~= direction
    if call == callDigest or not turned and content == contentDigest and content ~= NO_DIGEST then
      return string.format("%d-%d", time, sequence)
    end
  end
end
