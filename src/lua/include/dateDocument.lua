-- Puts the created date (ms) in front of a new item's JSON document.
local function dateDocument(document, now)
  return string.format('{"createdDate":%d,', now) .. document:sub(2)
end
