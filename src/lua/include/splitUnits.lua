-- Splits a change of a tracked item that its available units don't cover, or that an order with
-- preorders gives back. Taking: stock first, then preorder capacity; what neither holds is missing.
-- Giving back: first what this order has on preorder. A hold takes available units only.
-- Returns the change of the preorder counter and the missing units (0 or more).
local function splitUnits(units, hold, available, capacity, preordered)
  local back = math.max(math.min(units, preordered), 0)
  local short = hold - units + back - math.max(available, 0)
  local toPreorder = math.max(math.min(short, capacity, -units), 0)
  return toPreorder - back, math.max(short - toPreorder, 0)
end
