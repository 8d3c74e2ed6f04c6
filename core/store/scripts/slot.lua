-- uses: values
-- Takes places in every bucket of a call, all at the same time.
-- KEYS  for each bucket: places of runs, places of people, floor, full
-- ARGV  now, nonce, person (0/1), longest wait in ms or 0, for each bucket (places of
--       runs in a window, places of people, window with guard in ms, places to take);
--       0 places in a window: no limit, or no share for people
-- Answer: ok, ms from now
-- A repeat is recognised by its nonce.
--
-- A set of places holds the time of each place by nonce, and a number if a call
-- takes several. Places need not be taken in order of time, because a call may
-- have to wait for another bucket. The limit of n is kept if any n+1 consecutive
-- places span a window. So when k places are added, each group of n+1-k places
-- that spans less than a window rules out the time around it.
--
-- Of a long set, parts are read. Its entry in full says until when it has no place for a
-- call: limit|window|time. That stays true, because places are only added.
local nonce, person, within = arg(), arg() == '1', int()
local buckets = {}
for b = 1, #KEYS / 4 do
  buckets[b] = {
    sets = { KEYS[4 * b - 3], KEYS[4 * b - 2] }, floor = KEYS[4 * b - 1], full = KEYS[4 * b],
    n = { int(), int() }, span = int(), take = int(), parts = {},
  }
end

for _, b in ipairs(buckets) do
  for s = 1, 2 do
    local mine = score(b.sets[s], nonce)
    if mine then return { 'ok', str(math.max(0, mine - now)) } end
  end
end

local step = 128 -- by how much a part goes beyond the limit

-- part returns the times of a set's places from a rank on, and whether there may be more.
local function part(b, s, rank)
  local most = b.n[s] + step
  local list = redis.call('ZRANGE', b.sets[s], rank, rank + most - 1, 'WITHSCORES')
  local times = {}
  for i = 2, #list, 2 do times[i / 2] = tonumber(list[i]) end
  return { rank = rank, times = times, more = #times == most }
end

-- past returns how many places of a set no longer matter at a time.
local function past(b, s, t) return redis.call('ZCOUNT', b.sets[s], '-inf', str(t - b.span)) end

-- fit returns the first time, t or later, at which that many more places fit.
local function fit(b, s, take, t)
  local n, p = math.max(b.n[s] + 1 - take, 1), b.parts[s]
  while true do
    for k = 1, #p.times - n + 1 do
      local first, last = p.times[k], p.times[k + n - 1]
      if last - b.span >= t then return t end
      if last - first < b.span then t = math.max(t, first + b.span) end
    end
    if not p.more then return t end
    p = part(b, s, math.max(p.rank + step, past(b, s, t)))
  end
end

-- free returns a time before which a long set has no place, and stores it.
local function free(b, s)
  local n, span, stored = string.match(redis.call('HGET', b.full, str(s)) or '', '^(%d+)|(%d+)|(%d+)$')
  if num(n) ~= b.n[s] or num(span) ~= b.span then stored = '0' end
  local t = fit(b, s, 1, math.max(now, num(stored)))
  if t > math.max(now, num(stored)) then
    redis.call('HSET', b.full, str(s), table.concat({ str(b.n[s]), str(b.span), str(t) }, '|'))
    redis.call('PEXPIRE', b.full, str(t - now + b.span + 3600000))
  end
  return t
end

local at = now
for _, b in ipairs(buckets) do
  at = math.max(at, num(redis.call('GET', b.floor)))
  b.free = {}
  for s = 1, 2 do
    b.parts[s], b.free[s] = { rank = 0, times = {} }, 0
    if b.n[s] > 0 and (s == 1 or person) then
      b.parts[s] = part(b, s, past(b, s, now))
      if b.parts[s].more then b.free[s] = free(b, s) end
    end
  end
end

-- People have their own share in addition to the one that runs draw on.
local function place(b, t)
  if b.n[1] == 0 then return t, nil end
  local runs = fit(b, 1, b.take, math.max(t, b.free[1]))
  if not person or b.n[2] < b.take then return runs, 1 end
  local own = fit(b, 2, b.take, math.max(t, b.free[2]))
  if own < runs then return own, 2 end
  return runs, 1
end

local before
repeat
  before = at
  for _, b in ipairs(buckets) do at = place(b, at) end
until at == before
if within > 0 and at > now + within then return { 'ok', str(at - now) } end

for _, b in ipairs(buckets) do
  local _, s = place(b, at)
  if s then
    local set = b.sets[s]
    redis.call('ZREMRANGEBYSCORE', set, '-inf', str(now - b.span))
    redis.call('ZADD', set, str(at), nonce)
    for i = 2, math.min(b.take, b.n[s]) do redis.call('ZADD', set, str(at), nonce .. ':' .. i) end
    local last = redis.call('ZRANGE', set, -1, -1, 'WITHSCORES')
    -- One hour longer, because a demo moves the clock.
    redis.call('PEXPIRE', set, str(tonumber(last[2]) - now + b.span + 3600000))
  end
end
return { 'ok', str(at - now) }
