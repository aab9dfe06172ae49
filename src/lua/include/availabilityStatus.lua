-- "I" in stock, "P" preorder, "O" out of stock (Wix Inventory Items V3: AvailabilityStatus, with
-- the quantity read net of reservations).
local function availabilityStatus(tracked, flags, available, limit, counter)
  if tracked and available > 0 then return "I" end
  if not tracked and hasFlag(flags, IN_STOCK) ~= 0 then return "I" end
  local open = not tracked or counter < limit
  return hasFlag(flags, PREORDER_ENABLED) ~= 0 and open and "P" or "O"
end
