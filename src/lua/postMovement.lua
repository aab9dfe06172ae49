#!lua
-- Posts one movement: changes the stock of 1..600 lines together, or of none.
--
-- KEYS[1] levels         hash    item id (16 bytes) -> packed level; "head" -> packed head
-- KEYS[2] ledger         stream  one entry per movement, id "<ms>-<sequence>"
-- KEYS[3] order          string  packed order record
-- KEYS[4] call           string  what became of a keyed call (see findCall)
-- KEYS[5] documents      hash    item id -> JSON document
-- KEYS[6] statusIndex    zset    status letter .. item id, score 0
-- KEYS[7] lowStockIndex  zset    item id, score 0
--
-- ARGV[1] lines, 25 bytes each: item id c16, units i4 (signed), reserved delta i4, flag B
--         (0 unrestricted, 1 strict, 2 ignored, plus 4 stock only, plus 8 quantity to set, or
--         plus 16 from preorder capacity only)
-- ARGV[2] movement: JSON text for the ledger entry (operation, reason, order, actor, ...)
-- ARGV[3] settings revision the caller resolved the lines with
-- ARGV[4] retention of digests, ms
-- ARGV[5] direction of the movement in its order: "-" takes, "+" gives back, "" no order
-- ARGV[6] call digest, 12 bytes: equal for a repeat of the same call in the order
-- ARGV[7] content digest, 12 bytes: equal for equal content in the order (zeros: may recur)
-- ARGV[8] input digest of a keyed call ("" = the call has no key)
-- ARGV[9] comparisons, 20 bytes each: item id c16, quantity i4 it must have ("" = none)
-- ARGV[10] "1": only say what would become of it
-- ARGV[11] how long the order's record is kept after it, ms (0 = for ever)
-- ARGV[12] bound of the caller, units ("" = none but the store's). Of lines that are stock only or
--         from preorder capacity only: one that adds may not end over it, one that takes not under
--         minus it, wherever it begins; nor may a preorder counter rise over it
-- ARGV[13] text to keep with the outcome of a keyed call
-- ARGV[14] sequence after which nobody may have stated an item's quantity ("" = whoever has)
-- ARGV[15..] item id, JSON document: items to create at zero when they are unknown
--
-- Replies, in order of precedence:
--   {"IDEMPOTENCY_KEY_MISMATCH", ledger id} the call's key was used with other input
--   {"REPLAYED", ledger id, kept}           recorded before; nothing changed (kept: keyed calls)
--   {"SETTINGS_CHANGED"}                    resolve the lines again
--   {"UNKNOWN_ITEM", ids}                   16 bytes per unknown item
--   {"ITEM_CHANGED", ids}                   16 bytes per item whose quantity was stated meanwhile
--   {"ITEM_NOT_TRACKED", ids}               16 bytes per item that has no quantity to change
--   {"COMPARE_QUANTITY_STALE", quantities}  20 bytes per item: id c16, present quantity i4
--   {"QUANTITY_OUT_OF_RANGE", ids}          16 bytes per item that would leave the store's bounds
--                                           or the caller's (an item that is only short is none)
--   {"INSUFFICIENT_AVAILABLE", shortages}   24 bytes per short item: id c16, requested i4,
--                                           available i4
--   {"OK", ledger id, ledger lines}         the id is "" when only asked what would be
--
-- Writes all seven keys, and only in the last part: nothing may fail after the first write.
--
-- @include formats levelFlags limits availabilityStatus splitUnits readHead ledgerNotes
-- @include append readLines readOrder findRepeat findCall keepCall dateDocument alignDocuments
-- @include moveIndexes lowStockAt itemLine statedSince

local pack, open = struct.pack, struct.unpack
local direction, inputDigest, bound = ARGV[5], ARGV[8], tonumber(ARGV[12])

-- Checks: repeats and settings.
local recorded, same, kept = findCall(KEYS[4], inputDigest)
if recorded and not same then return { "IDEMPOTENCY_KEY_MISMATCH", recorded } end
if recorded then return { "REPLAYED", recorded, kept } end

local ids, units, reserving, lineFlags = readLines(ARGV[1])
local count = #ids
ids[count + 1] = "head"
local levels = redis.call("HMGET", KEYS[1], unpack(ids))
local sequence, now, settingsRevision, lowStockThreshold = readHead(levels[count + 1], KEYS[2])

local movements, orderItems, orderPlaces = "", {}, {}
local order = direction ~= "" and redis.call("GET", KEYS[3])
if order then
  movements, orderItems, orderPlaces = readOrder(order)
  local earlier = findRepeat(movements, direction, ARGV[6], ARGV[7], now - ARGV[4])
  if earlier then return { "REPLAYED", earlier } end
  -- With this one, the newest 1,000 are kept.
  movements = movements:sub(-999 * 37)
end
if settingsRevision ~= tonumber(ARGV[3]) then return { "SETTINGS_CHANGED" } end

-- Checks: every line.
local documents = {}
for i = 15, #ARGV, 2 do documents[ARGV[i]] = ARGV[i + 1] end
local compared
for position = 1, #ARGV[9], 20 do
  local id, quantity = open("<c16i4", ARGV[9], position)
  compared = compared or {}
  compared[id] = quantity
end

local since, changed = tonumber(ARGV[14]), nil
local unknown, untracked, stale, outOfRange, shortages
local writes, written, ledgerLines = {}, 0, {}
local created, createdDocuments
local leave, enter, leaveLow, enterLow
local here, ownSequence = pack(ENTRY_ID, now, sequence), pack(SEQUENCE, sequence)

for i = 1, count do
  local id, wanted, hold, level, flag = ids[i], units[i], reserving[i], levels[i], lineFlags[i]
  local delta, preorderDelta, notes = 0, 0, 0
  local numbers, previous = level and level:sub(1, 30) or NO_LEVEL, NO_ENTRY
  local shownNumbers
  if flag == LINE_IGNORED then
    notes = NOTE_IGNORED
    previous = level and level:sub(31, 42) or NO_ENTRY
  elseif not level and not documents[id] then
    unknown = append(unknown, id)
  else
    local flags, revision, quantity, reserved = TRACKED, 0, 0, 0
    local limit, counter, threshold = DEFAULT_LIMIT, 0, 0
    local _, documentSequence = nil, ownSequence
    if level then
      flags, revision, _, quantity, reserved, limit, counter, threshold,
        previous, documentSequence = open(LEVEL_AND_TRAIL, level)
      if since and statedSince(KEYS[2], id, previous, since) then changed = append(changed, id) end
    end
    local tracked, available = flags % 2 == TRACKED, quantity - reserved
    local status = availabilityStatus(tracked, flags, available, limit, counter)
    notes = level and STATUS_BEFORE[status] or NOTE_CREATED
    local place, taken, returned, preordered = orderPlaces[id], 0, 0, 0
    if place then taken, returned, preordered = open(ORDER_UNITS, orderItems[place + 1]) end

    local preorderOnly = flag >= LINE_PREORDER
    local stockOnly = flag >= LINE_STOCK and not preorderOnly
    if stockOnly then
      if not tracked then untracked = append(untracked, id) end
      if compared and compared[id] and compared[id] ~= quantity then
        stale = append(stale, pack("<c16i4", id, quantity))
      end
      if flag >= LINE_ABSOLUTE then wanted = wanted - quantity end
    end

    local missing, requested = 0, hold - wanted
    if not tracked then
      hold, requested = 0, -wanted
      if wanted < 0 and status == "O" then missing = -wanted end
    else
      if requested > available or wanted > 0 and preordered > 0 or preorderOnly then
        local preorder = not stockOnly and hasFlag(flags, PREORDER_ENABLED) ~= 0
        local most = bound and math.min(limit, bound) or limit
        local capacity = preorder and most - counter or 0
        local stock = preorderOnly and 0 or available
        preorderDelta, missing =
          splitUnits(wanted, hold, stock, capacity, math.min(preordered, counter))
      end
      delta = wanted + preorderDelta
    end
    local quantityAfter, reservedAfter = quantity + delta, reserved + hold
    local beyond = wanted > UNITS_LIMIT or wanted < -UNITS_LIMIT or requested > UNITS_LIMIT
    local edge = bound and flag >= LINE_STOCK and bound or QUANTITY_LIMIT
    if missing > 0 and flag % 2 == LINE_STRICT and not beyond then
      shortages = append(shortages, pack("<c16i4i4", id, requested, requested - missing))
    elseif
      beyond
      or quantityAfter > QUANTITY_LIMIT or quantityAfter < -QUANTITY_LIMIT
      or delta > 0 and quantityAfter > edge or delta < 0 and quantityAfter < -edge
      or reservedAfter > QUANTITY_LIMIT or reservedAfter < 0
    then
      outOfRange = append(outOfRange, id)
    end

    local free, counterAfter = quantityAfter - reservedAfter, counter + preorderDelta
    local lowAt = lowStockAt(flags, threshold, lowStockThreshold)
    local low = lowAt and free <= lowAt or false
    if not level or delta ~= 0 or preorderDelta ~= 0 or hold ~= 0 then
      if not level then
        createdDocuments = createdDocuments or {}
        createdDocuments[i] = dateDocument(documents[id], now)
        created = append(append(created, id), createdDocuments[i])
      end
      numbers = pack(
        LEVEL,
        flags, revision + 1, now, quantityAfter, reservedAfter, limit, counterAfter, threshold
      )
      local after = availabilityStatus(tracked, flags, free, limit, counterAfter)
      if after ~= status or notes == NOTE_CREATED then
        leave = append(leave, status .. id)
        enter = append(append(enter, 0), after .. id)
      end
      local wasLow = lowAt and level and available <= lowAt or false
      if low and not wasLow then
        enterLow = append(append(enterLow, 0), id)
        notes = notes + NOTE_FELL_LOW
        if hasFlag(flags, HAS_THRESHOLD) == 0 then
          notes = notes + NOTE_DEFAULT_THRESHOLD
          shownNumbers = numbers:sub(1, 27) .. pack("<I3", lowAt)
        end
      elseif wasLow and not low then
        leaveLow = append(leaveLow, id)
      end
    end
    notes = notes + (low and NOTE_LOW or NOTE_NOT_LOW)
    -- Also of an item no number of which changed: its movements hang together.
    writes[written + 1], writes[written + 2] = id, numbers .. here .. documentSequence
    written = written + 2
    if missing > 0 then notes = notes + NOTE_SHORTFALL end
    if hold ~= 0 then notes = notes + NOTE_RESERVED_CHANGED end
    if direction ~= "" then
      if wanted < 0 then taken = taken - wanted else returned = returned + wanted end
      if wanted > 0 and returned > taken then notes = notes + NOTE_OVER_RETURN end
      place = place or #orderItems + 1
      orderItems[place], orderItems[place + 1] =
        id, pack(ORDER_UNITS, taken, returned, preordered + preorderDelta)
    end
  end
  -- In pieces: long strings made per line would cost a tenth of the script at 300 lines.
  local place = 4 * i - 3
  ledgerLines[place], ledgerLines[place + 1], ledgerLines[place + 2], ledgerLines[place + 3] =
    id, shownNumbers or numbers, previous, pack(LEDGER_CHANGE, wanted, delta, preorderDelta, notes)
end

if unknown then return { "UNKNOWN_ITEM", table.concat(unknown) } end
if changed then return { "ITEM_CHANGED", table.concat(changed) } end
if untracked then return { "ITEM_NOT_TRACKED", table.concat(untracked) } end
if stale then return { "COMPARE_QUANTITY_STALE", table.concat(stale) } end
if outOfRange then return { "QUANTITY_OUT_OF_RANGE", table.concat(outOfRange) } end
if shortages then return { "INSUFFICIENT_AVAILABLE", table.concat(shortages) } end

local entryId, lines = string.format("%d-%d", now, sequence), table.concat(ledgerLines)
if ARGV[10] == "1" then return { "OK", "", lines } end

-- Writes. The ledger first: it alone can refuse (an id not above its last one), and then nothing
-- has changed. It has the digests for the day the order's record has to be restored.
local digests = direction ~= "" and ARGV[6] .. ARGV[7]
if digests and not created then
  redis.call("XADD", KEYS[2], entryId, "movement", ARGV[2], "lines", lines, "digests", digests)
else
  local entry = { "movement", ARGV[2], "lines", lines }
  if digests then entry[5], entry[6] = "digests", digests end
  if created then
    entry[#entry + 1] = "documents"
    entry[#entry + 1] = alignDocuments(createdDocuments, count)
  end
  redis.call("XADD", KEYS[2], entryId, unpack(entry))
end
writes[written + 1], writes[written + 2] =
  "head", pack(HEAD, sequence, now, settingsRevision, lowStockThreshold)
redis.call("HSET", KEYS[1], unpack(writes))
if created then redis.call("HSET", KEYS[5], unpack(created)) end
if direction ~= "" then
  local record = pack("<I2", #movements + 37) .. movements
    .. direction .. ARGV[6] .. ARGV[7] .. pack("<I6I6", now, sequence)
    .. table.concat(orderItems)
  if ARGV[11] == "0" then
    redis.call("SET", KEYS[3], record)
  else
    redis.call("SET", KEYS[3], record, "PX", ARGV[11])
  end
end
keepCall(KEYS[4], entryId, inputDigest, ARGV[13], ARGV[4])
moveIndexes(KEYS[6], KEYS[7], leave, enter, leaveLow, enterLow)
return { "OK", entryId, lines }
