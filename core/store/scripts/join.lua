-- uses: values runs timers
-- Changes which accounts are linked.
-- KEYS  as in runs.lua, of R-0; then joined, offers, op, and runs
-- ARGV  now, channel, joined, offers, op (key indexes), ms to keep the op, subject, hash
--       of the offer to use or '', n x (account, old list or '', new list or ''), timers,
--       events
-- Answer: ok; conflict if a list has changed; not_found if the offer is not open
-- A repeat is recognised by its op.
local joined, offers, op, kept = key(), key(), key(), int()
local subject, hash = arg(), arg()
local groups = {}
for i = 1, int() do groups[i] = { account = arg(), was = arg(), to = arg() } end
local changes, told = timers(), events()

if redis.call('EXISTS', op) == 1 then return { 'ok' } end
if hash ~= '' then
  local till = string.match(redis.call('HGET', offers, hash) or '', '^(%d+)|')
  if not till or tonumber(till) <= now then return { 'not_found', 'code' } end
end
for _, g in ipairs(groups) do
  if (redis.call('HGET', joined, g.account) or '') ~= g.was then return { 'conflict', 'moved' } end
end

if hash ~= '' then redis.call('HDEL', offers, hash) end
for _, g in ipairs(groups) do
  if g.to == '' then redis.call('HDEL', joined, g.account)
  else redis.call('HSET', joined, g.account, g.to)
  end
end
redis.call('SET', op, subject, 'PX', str(kept))
for _, e in ipairs(told) do emit(e) end
change_timers(changes)
return done()
