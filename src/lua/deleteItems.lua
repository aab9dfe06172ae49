#!lua
-- Deletes 1..1,000 items together, or none.
--
-- KEYS[1] levels         hash    item id (16 bytes) -> packed level; "head" -> packed head
-- KEYS[2] ledger         stream  one entry per call
-- KEYS[3] documents      hash    item id -> JSON document
-- KEYS[4] statusIndex    zset    status letter .. item id, score 0
-- KEYS[5] lowStockIndex  zset    item id, score 0
-- KEYS[6] call           string  what became of a keyed call (see findCall)
-- KEYS[7] wixItems       hash    what Wix's own items are here (see wixItemsChanged)
--
-- ARGV[1] movement: JSON text for the ledger entry
-- ARGV[2] input digest of a keyed call ("" = the call has no key), ARGV[3] its retention, ms
-- ARGV[4] items, 21 bytes each: item id c16, revision it must have I5 (0 = any); each item once
-- ARGV[5] fields of wixItems to keep, 65 bytes each: name c17, value the caller read c24, value to
--         keep c24 (zeros = none)
-- ARGV[6] text to keep with the outcome of a keyed call
--
-- Replies, in order of precedence:
--   {"IDEMPOTENCY_KEY_MISMATCH", ledger id} the call's key was used with other input
--   {"REPLAYED", ledger id, kept}           recorded before; nothing changed
--   {"ITEM_CHANGED", ids}                   no ids: a field of wixItems is another
--   {"UNKNOWN_ITEM", ids}                   16 bytes per unknown item
--   {"REVISION_CONFLICT", ids}              16 bytes per item with another revision
--   {"OK", ledger id, ledger lines}
--
-- @include formats levelFlags availabilityStatus readHead ledgerNotes findCall keepCall
-- @include wixItemsChanged keepWixItems append alignDocuments lowStockAt

local pack, open = struct.pack, struct.unpack

-- Checks.
local recorded, same, kept = findCall(KEYS[6], ARGV[2])
if recorded and not same then return { "IDEMPOTENCY_KEY_MISMATCH", recorded } end
if recorded then return { "REPLAYED", recorded, kept } end
if wixItemsChanged(KEYS[7], ARGV[5]) then return { "ITEM_CHANGED", "" } end

local ids, revisions = {}, {}
for position = 1, #ARGV[4], 21 do
  local id, revision = open("<c16I5", ARGV[4], position)
  ids[#ids + 1], revisions[#revisions + 1] = id, revision
end
local count = #ids
ids[count + 1] = "head"
local levels = redis.call("HMGET", KEYS[1], unpack(ids))
local sequence, now, settingsRevision, lowStockThreshold = readHead(levels[count + 1], KEYS[2])
ids[count + 1] = nil
local documents = redis.call("HMGET", KEYS[3], unpack(ids))

local unknown, conflicts
local ledgerLines, levelsBefore, statuses, documentsSince = {}, {}, {}, {}
for i = 1, count do
  local id, level = ids[i], levels[i]
  if not level then
    unknown = append(unknown, id)
  else
    local flags, revision, _, quantity, reserved, limit, counter, threshold, previous, since =
      open(LEVEL_AND_TRAIL, level)
    documentsSince[i] = since
    if revisions[i] ~= 0 and revisions[i] ~= revision then conflicts = append(conflicts, id) end
    local status = availabilityStatus(
      flags % 2 == TRACKED, flags, quantity - reserved, limit, counter
    )
    statuses[i] = status .. id
    -- Nothing is left of it: the ledger's sums end at zero.
    local last = pack(LEVEL, flags, revision + 1, now, 0, 0, limit, 0, threshold)
    local lowAt = lowStockAt(flags, threshold, lowStockThreshold)
    local low = lowAt and quantity - reserved <= lowAt
    local notes = STATUS_BEFORE[status] + NOTE_DELETED + (low and NOTE_LOW or NOTE_NOT_LOW)
    ledgerLines[i] =
      id .. last .. previous .. pack(LEDGER_CHANGE, -quantity, -quantity, -counter, notes)
    levelsBefore[i] = level:sub(1, 30)
  end
end
if unknown then return { "UNKNOWN_ITEM", table.concat(unknown) } end
if conflicts then return { "REVISION_CONFLICT", table.concat(conflicts) } end

-- Writes. The ledger first: it alone can refuse (an id not above its last one), and then nothing
-- has changed.
local entryId, lines = string.format("%d-%d", now, sequence), table.concat(ledgerLines)
redis.call(
  "XADD", KEYS[2], entryId, "movement", ARGV[1], "lines", lines,
  "levelsBefore", table.concat(levelsBefore), "documentsBefore", alignDocuments(documents, count),
  "documentsSince", table.concat(documentsSince)
)
redis.call(
  "HSET", KEYS[1], "head", pack(HEAD, sequence, now, settingsRevision, lowStockThreshold)
)
redis.call("HDEL", KEYS[1], unpack(ids))
redis.call("HDEL", KEYS[3], unpack(ids))
keepWixItems(KEYS[7], ARGV[5])
keepCall(KEYS[6], entryId, ARGV[2], ARGV[6], ARGV[3])
redis.call("ZREM", KEYS[4], unpack(statuses))
redis.call("ZREM", KEYS[5], unpack(ids))
return { "OK", entryId, lines }
