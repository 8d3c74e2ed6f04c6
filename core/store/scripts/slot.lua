-- uses: values
-- Takes places in every bucket of a call, all at the same time.
-- KEYS  for each bucket: places of runs, places of people, floor
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
local nonce, person, within = arg(), arg() == '1', int()
local buckets = {}
for b = 1, #KEYS / 3 do
  buckets[b] = { sets = { KEYS[3 * b - 2], KEYS[3 * b - 1] }, floor = KEYS[3 * b], n = { int(), int() }, span = int(), take = int() }
end

for _, b in ipairs(buckets) do
  for s = 1, 2 do
    local mine = score(b.sets[s], nonce)
    if mine then return { 'ok', str(math.max(0, mine - now)) } end
  end
end

-- fit returns the first time, t or later, at which that many more places fit.
local function fit(places, n, take, span, t)
  n = math.max(n + 1 - take, 1)
  for k = 1, #places - n + 1 do
    local first, last = places[k], places[k + n - 1]
    if last - span >= t then break end
    if last - first < span then t = math.max(t, first + span) end
  end
  return t
end

local at = now
for _, b in ipairs(buckets) do
  at = math.max(at, num(redis.call('GET', b.floor)))
  b.places = {}
  for s = 1, 2 do
    b.places[s] = {}
    if b.n[s] > 0 and (s == 1 or person) then
      local taken_places = redis.call('ZRANGEBYSCORE', b.sets[s], '(' .. str(now - b.span), '+inf', 'WITHSCORES')
      for i = 2, #taken_places, 2 do b.places[s][i / 2] = tonumber(taken_places[i]) end
    end
  end
end

-- People have their own share in addition to the one that runs draw on.
local function place(b, t)
  if b.n[1] == 0 then return t, nil end
  local runs = fit(b.places[1], b.n[1], b.take, b.span, t)
  if not person or b.n[2] < b.take then return runs, 1 end
  local own = fit(b.places[2], b.n[2], b.take, b.span, t)
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
