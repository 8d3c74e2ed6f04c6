-- uses: args
-- Reads on in the indexes of one shard.
-- KEYS  the indexes, group after group
-- ARGV  now, '1' for the highest scores first, place (score, key) or two empty ones, how
--       many to read of each index, how many of a group that is read as a whole, '1' to
--       count, number of groups, and for each group: how many indexes, lowest and highest
--       score, '1' if its scores are the order
-- Answer: ok, how many match or -1, {risk, score of those that match}, the place up to
--         which everything was read (score, key), '' and '' if nothing is left
-- A risk matches if it is in an index of each group. The smallest group in the order is
-- read, and the risks in it are looked up in the others. A group in another order is read
-- instead if it is smaller and can be read as a whole: few risks may match it, and they may
-- be anywhere in the order.
local _, falling, from, after, most, wholly, count = arg(), arg() == '1', tonumber(arg()), arg(), int(), int(), arg() == '1'
local farthest = 9007199254740991 -- beyond every score

-- precedes compares members as Redis sorts them; Lua's < depends on the locale.
local function precedes(a, b)
  for i = 1, math.min(#a, #b) do
    local x, y = string.byte(a, i), string.byte(b, i)
    if x ~= y then return x < y end
  end
  return #a < #b
end

local function earlier(a, b)
  if a[2] ~= b[2] then return (a[2] < b[2]) ~= falling end
  return a[1] ~= b[1] and precedes(a[1], b[1]) ~= falling
end

-- below counts the members of a set below the place, or up to it.
local function below(set, with)
  local low = redis.call('ZCOUNT', set, '-inf', '(' .. str(from))
  local high = low + redis.call('ZCOUNT', set, str(from), str(from))
  while low < high do
    local mid = math.floor((low + high) / 2)
    local member = redis.call('ZRANGE', set, mid, mid)[1]
    if precedes(member, after) or (with and member == after) then low = mid + 1 else high = mid end
  end
  return low
end

-- size counts the members of a set within a group's scores.
local function size(set, g)
  if g.min == -farthest and g.max == farthest then return redis.call('ZCARD', set) end
  return redis.call('ZCOUNT', set, str(g.min), str(g.max))
end

-- left returns the ranks of the members of a set that are left to read: from, and before.
local function left(set, g)
  local low = 0
  if g.min > -farthest then low = redis.call('ZCOUNT', set, '-inf', '(' .. str(g.min)) end
  local high = low + size(set, g)
  if not from then return low, high end
  if falling then return low, math.min(high, below(set, false)) end
  return math.max(low, below(set, true)), high
end

local groups, key = {}, 0
for i = 1, int() do
  local g = { sets = {}, n = int(), min = int(), max = int(), order = arg() == '1', size = 0 }
  for s = 1, g.n do
    key = key + 1
    local low, high
    if g.order then low, high = left(KEYS[key], g) else low, high = 0, size(KEYS[key], g) end
    g.sets[s] = { key = KEYS[key], low = low, high = high }
    g.size = g.size + math.max(high - low, 0)
  end
  groups[i] = g
end

local total = count and groups[1].size or -1
if count and from then
  total = 0
  for _, set in ipairs(groups[1].sets) do total = total + size(set.key, groups[1]) end
end

local smallest, whole
for _, g in ipairs(groups) do
  if g.size == 0 then return { 'ok', total, {}, '', '' } end
  if g.order and (not smallest or g.size < smallest.size) then smallest = g end
end
for _, g in ipairs(groups) do
  if not g.order and g.size <= wholly and g.size < smallest.size and (not whole or g.size < whole.size) then whole = g end
end

-- scores returns the scores of those of the risks that are in a group, by risk.
local function scores(g, risks)
  local found = {}
  for _, set in ipairs(g.sets) do
    for first = 1, #risks, 1000 do -- unpack has a limit
      local values = redis.call('ZMSCORE', set.key, unpack(risks, first, math.min(first + 999, #risks)))
      for i, text in ipairs(values) do
        local value = tonumber(text or nil)
        if value and value >= g.min and value <= g.max then found[risks[first + i - 1]] = text end
      end
    end
  end
  return found
end

-- What is beyond the end of the part that was read of an index must wait for the rest of it.
local all, edge = {}, nil
for _, set in ipairs(whole and whole.sets or {}) do
  local risks = redis.call('ZRANGEBYSCORE', set.key, str(whole.min), str(whole.max))
  local found = scores(smallest, risks)
  for _, risk in ipairs(risks) do
    local e = { risk, tonumber(found[risk]), found[risk] }
    if e[2] and (not from or earlier({ after, from }, e)) then all[#all + 1] = e end
  end
end
for _, set in ipairs(whole and {} or smallest.sets) do
  local low, high = set.low, set.high
  if high - low > most then
    if falling then low = high - most else high = low + most end
  end
  local part = {}
  if high > low then part = redis.call('ZRANGE', set.key, low, high - 1, 'WITHSCORES') end
  for i = 1, #part, 2 do
    local place = falling and #part - i or i
    all[#all + 1] = { part[place], tonumber(part[place + 1]), part[place + 1] }
  end
  local last = all[#all]
  if set.high - set.low > most and (not edge or earlier(last, edge)) then edge = last end
end
if whole or #smallest.sets > 1 then table.sort(all, earlier) end

local at, risks = {}, {}
for _, e in ipairs(all) do
  if edge and earlier(edge, e) then break end
  if e[1] ~= risks[#risks] then
    risks[#risks + 1] = e[1]
    at[e[1]] = e[3]
  end
end
for _, g in ipairs(groups) do
  if g ~= smallest and g ~= whole and #risks > 0 then
    local found, kept = scores(g, risks), {}
    for _, risk in ipairs(risks) do
      if found[risk] then kept[#kept + 1] = risk end
    end
    risks = kept
  end
end
local hits = {}
for i, risk in ipairs(risks) do hits[2 * i - 1], hits[2 * i] = risk, at[risk] end
if edge then return { 'ok', total, hits, edge[3], edge[1] } end
return { 'ok', total, hits, '', '' }
