-- Packs an order record again: `changed` maps the place of a known item to its new 34 bytes, `added`
-- lists the 34 bytes of new ones. The newest 1,000 movements are kept.
local function packOrder(movements, items, changed, added)
  local parts = {}
  for position = 1, #items, 34 do
    parts[#parts + 1] = changed[position] or items:sub(position, position + 33)
  end
  movements = movements:sub(-1000 * 37)
  return struct.pack("<I2", #movements) .. movements .. table.concat(parts) .. table.concat(added)
end
