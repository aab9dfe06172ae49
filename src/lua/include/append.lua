-- Adds a value to a list that is made when it gets its first one: most movements need none of them.
local function append(list, value)
  list = list or {}
  list[#list + 1] = value
  return list
end
