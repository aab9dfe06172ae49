-- Looks for the movement of an order that a call repeats (docs/concepts): the one with the same
-- call digest, else the newest with the same content digest and no movement in the other direction
-- since. Only movements not older than `since` (ms) count. Returns its ledger id, or nothing.
local function findRepeat(movements, direction, callDigest, contentDigest, since)
  local turned, alike = contentDigest == string.rep("\0", 12), nil
  for position = #movements - 36, 1, -37 do
    local way, call, content, time, sequence =
      struct.unpack("<c1c12c12I6I6", movements, position)
    if time < since then break end
    turned = turned or way ~= direction
    if call == callDigest or not alike and not turned and content == contentDigest then
      alike = string.format("%d-%d", time, sequence)
      if call == callDigest then break end
    end
  end
  return alike
end
