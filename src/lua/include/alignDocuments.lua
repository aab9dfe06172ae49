-- The ledger entry's documents: a JSON array with one element per line, null where unchanged.
local function alignDocuments(documents, count)
  for i = 1, count do documents[i] = documents[i] or "null" end
  return "[" .. table.concat(documents, ",") .. "]"
end
