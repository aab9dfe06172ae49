#!lua
-- Creates or updates up to 1,000 items together, or none. Rows that change nothing leave no trace.
--
-- KEYS[1] levels         hash    item id (16 bytes) -> packed level; "head" -> packed head
-- KEYS[2] ledger         stream  one entry per call that changes something
-- KEYS[3] documents      hash    item id -> JSON document
-- KEYS[4] statusIndex    zset    status letter .. item id, score 0
-- KEYS[5] lowStockIndex  zset    item id, score 0
-- KEYS[6] importProgress string  how far the import came that sends these rows
-- KEYS[7] call           string  what became of a keyed call (see findCall)
-- KEYS[8] wixItems       hash    what Wix's own items are here (see wixItemsChanged)
--
-- ARGV[1] movement: JSON text for the ledger entry
-- ARGV[2] progress the caller knows of ("" = none), ARGV[3] progress to store with the rows
--         ("" = keep none), ARGV[4] its time to live, ms
-- ARGV[5] input digest of a keyed call ("" = the call has no key), ARGV[6] its retention, ms,
--         ARGV[7] text to keep with its outcome
-- ARGV[8] fields of wixItems to keep with the rows, 65 bytes each: name c17, value the caller read
--         c24, value to keep c24 (zeros = none)
-- ARGV[9..] three per row; an item may stand in one row only:
--   row, 33 bytes: item id c16, flags B, what to set B (the flag bits; 16 quantity, 32 preorder
--     limit, 64 threshold), quantity i4, preorder limit I3, threshold I3, revision the item must
--     have I5 (0 = any)
--   document: JSON the caller read for the item ("" = it found none)
--   document: JSON to store, without created date when the item is new
--
-- Replies, in order of precedence:
--   {"IDEMPOTENCY_KEY_MISMATCH", ledger id} the call's key was used with other input
--   {"REPLAYED", ledger id, kept} recorded before; nothing changed
--   {"IMPORT_CHANGED"}            somebody else went on with the import: another progress is stored
--   {"ITEM_CHANGED", ids}         16 bytes per item whose document is not the one the caller read;
--                                 none when only a field of wixItems is another
--   {"REVISION_CONFLICT", ids}    16 bytes per item with another revision
--   {"OK", ledger id, ledger lines}  the id is "-" when nothing changed
--
-- @include formats levelFlags limits availabilityStatus readHead ledgerNotes
-- @include findCall keepCall wixItemsChanged keepWixItems
-- @include append dateDocument alignDocuments moveIndexes lowStockAt

local pack, open = struct.pack, struct.unpack
local SET_QUANTITY, SET_LIMIT, SET_THRESHOLD = 16, 32, 64

-- Checks.
local recorded, same, kept = findCall(KEYS[7], ARGV[5])
if recorded and not same then return { "IDEMPOTENCY_KEY_MISMATCH", recorded } end
if recorded then return { "REPLAYED", recorded, kept } end
if ARGV[3] ~= "" and (redis.call("GET", KEYS[6]) or "") ~= ARGV[2] then
  return { "IMPORT_CHANGED" }
end

local ids, count = {}, (#ARGV - 8) / 3
for i = 1, count do ids[i] = ARGV[3 * i + 6]:sub(1, 16) end
local known = count > 0 and redis.call("HMGET", KEYS[3], unpack(ids))
local changed = {}
for i = 1, count do
  if (known[i] or "") ~= ARGV[3 * i + 7] then changed[#changed + 1] = ids[i] end
end
if #changed > 0 or wixItemsChanged(KEYS[8], ARGV[8]) then
  return { "ITEM_CHANGED", table.concat(changed) }
end

ids[count + 1] = "head"
local levels = redis.call("HMGET", KEYS[1], unpack(ids))
local sequence, now, settingsRevision, lowStockThreshold = readHead(levels[count + 1], KEYS[2])
local here, ownSequence = pack(ENTRY_ID, now, sequence), pack(SEQUENCE, sequence)

local writes, ledgerLines, levelsBefore = {}, {}, {}
local documents, documentsBefore, documentsSince, documentWrites = {}, nil, {}, {}
local leave, enter, leaveLow, enterLow, conflicts

for i = 1, count do
  local id, level, before, after = ids[i], levels[i], ARGV[3 * i + 7], ARGV[3 * i + 8]
  local flags, revision, quantity, reserved = TRACKED, 0, 0, 0
  local limit, counter, threshold = DEFAULT_LIMIT, 0, 0
  local _, previous, documentSequence = nil, NO_ENTRY, ownSequence
  if level then
    flags, revision, _, quantity, reserved, limit, counter, threshold,
      previous, documentSequence = open(LEVEL_AND_TRAIL, level)
  end
  local status = availabilityStatus(
    flags % 2 == TRACKED, flags, quantity - reserved, limit, counter
  )
  local lowAt = level and lowStockAt(flags, threshold, lowStockThreshold)
  local wasLow = lowAt and quantity - reserved <= lowAt

  local newFlags, what, newQuantity, newLimit, newThreshold, expected
  _, newFlags, what, newQuantity, newLimit, newThreshold, expected =
    open("<c16BBi4I3I3I5", ARGV[3 * i + 6])
  if expected ~= 0 and expected ~= revision then conflicts = append(conflicts, id) end
  local mask = bit.band(what, 15)
  newFlags = bit.bor(bit.band(flags, bit.bnot(mask)), bit.band(newFlags, mask))
  if hasFlag(what, SET_QUANTITY) == 0 then newQuantity = quantity end
  if hasFlag(what, SET_LIMIT) == 0 then newLimit = limit end
  if hasFlag(what, SET_THRESHOLD) == 0 then newThreshold = threshold end

  if
    not level or before ~= after or newFlags ~= flags or newQuantity ~= quantity
    or newLimit ~= limit or newThreshold ~= threshold
  then
    local line = #ledgerLines + 1
    local notes = level and STATUS_BEFORE[status] or NOTE_CREATED
    local newLevel = pack(
      LEVEL, newFlags, revision + 1, now, newQuantity, reserved, newLimit, counter, newThreshold
    )
    levelsBefore[line] = level and level:sub(1, 30) or NO_LEVEL
    if not level then after = dateDocument(after, now) end
    documentsSince[line] = NO_SEQUENCE
    if before ~= after then
      documents[line] = after
      if before ~= "" then
        documentsBefore = documentsBefore or {}
        documentsBefore[line] = before
        documentsSince[line] = documentSequence
      end
      documentSequence = ownSequence
      documentWrites[#documentWrites + 1], documentWrites[#documentWrites + 2] = id, after
    end
    writes[2 * line - 1], writes[2 * line] = id, newLevel .. here .. documentSequence
    local free = newQuantity - reserved
    local newStatus =
      availabilityStatus(newFlags % 2 == TRACKED, newFlags, free, newLimit, counter)
    if newStatus ~= status or not level then
      leave = append(leave, status .. id)
      enter = append(append(enter, 0), newStatus .. id)
    end
    lowAt = lowStockAt(newFlags, newThreshold, lowStockThreshold)
    local low = lowAt and free <= lowAt
    if low and not wasLow then
      enterLow = append(append(enterLow, 0), id)
      notes = notes + NOTE_FELL_LOW
      if hasFlag(newFlags, HAS_THRESHOLD) == 0 then
        notes = notes + NOTE_DEFAULT_THRESHOLD
        newLevel = newLevel:sub(1, 27) .. pack("<I3", lowAt)
      end
    elseif wasLow and not low then
      leaveLow = append(leaveLow, id)
    end
    notes = notes + (low and NOTE_LOW or NOTE_NOT_LOW)
    local delta = newQuantity - quantity
    ledgerLines[line] = id .. newLevel .. previous .. pack(LEDGER_CHANGE, delta, delta, 0, notes)
  end
end

if conflicts then return { "REVISION_CONFLICT", table.concat(conflicts) } end

-- Writes.
local entryId, lines, count = "-", table.concat(ledgerLines), #ledgerLines
if count > 0 then
  entryId = string.format("%d-%d", now, sequence)
  local entry =
    { "movement", ARGV[1], "lines", lines, "levelsBefore", table.concat(levelsBefore) }
  if #documentWrites > 0 then
    entry[7], entry[8] = "documents", alignDocuments(documents, count)
  end
  if documentsBefore then
    entry[#entry + 1] = "documentsBefore"
    entry[#entry + 1] = alignDocuments(documentsBefore, count)
    entry[#entry + 1] = "documentsSince"
    entry[#entry + 1] = table.concat(documentsSince)
  end
  -- First: it alone can refuse (an id not above the last one), and then nothing has changed.
  redis.call("XADD", KEYS[2], entryId, unpack(entry))
  writes[2 * count + 1], writes[2 * count + 2] =
    "head", pack(HEAD, sequence, now, settingsRevision, lowStockThreshold)
  redis.call("HSET", KEYS[1], unpack(writes))
  if #documentWrites > 0 then redis.call("HSET", KEYS[3], unpack(documentWrites)) end
end
if ARGV[3] ~= "" then redis.call("SET", KEYS[6], ARGV[3], "PX", ARGV[4]) end
keepWixItems(KEYS[8], ARGV[8])
keepCall(KEYS[7], entryId, ARGV[5], ARGV[7], ARGV[6])
moveIndexes(KEYS[4], KEYS[5], leave, enter, leaveLow, enterLow)
return { "OK", entryId, lines }
