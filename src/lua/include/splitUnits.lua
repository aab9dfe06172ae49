-- Splits a change of a tracked item that its available units don't cover, or that an order with
-- preorders gives back. Taking: stock first, then preorder capacity; what neither holds is missing.
-- Giving back: first what this order has on preorder. A hold takes available units only.
-- Returns the change of the preorder counter and the missing units (both 0 or more when taking).
local function splitUnits(units, hold, available, capacity, preordered)
  if units > 0 and preordered > 0 then return -math.min(units, preordered), 0 end
  local short = hold - units - math.max(available, 0)
  local toPreorder = math.max(math.min(short, capacity, -units), 0)
  return toPreorder, math.max(short - toPreorder, 0)
end
