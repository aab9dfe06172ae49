-- At how many available units an item is low on stock: its own threshold, else the tenant's default
-- (-1: none). Returns nothing when it never is: nobody counts an untracked item.
local function lowStockAt(flags, threshold, default)
  if flags % 2 ~= TRACKED then return end
  if hasFlag(flags, HAS_THRESHOLD) ~= 0 then return threshold end
  if default >= 0 then return default end
end
