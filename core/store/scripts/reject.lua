-- uses: values
-- Records that an attempt was rejected.
-- KEYS  risk, attempts
-- ARGV  now, which, op, ms when it was, what, the most to keep
-- Answer: ok
-- An attempt is a field: times|ms of the last|op of the last|what. A repeat is
-- recognised by the op. The one that was made last the longest ago makes room.
local which, op, when, what, most = arg(), arg(), arg(), arg(), int()
if not redis.call('HGET', KEYS[1], 'v') then return { 'ok' } end
local all, n, oldest, age = fields(redis.call('HGETALL', KEYS[2])), 0, nil, nil
for name, v in pairs(all) do
  local at = num(string.match(v, '^%d+|(%d+)|'))
  n = n + 1
  if not age or at < age or at == age and name < oldest then oldest, age = name, at end
end
local times = 0
if all[which] then
  local before, last = string.match(all[which], '^(%d+)|%d+|([^|]*)|')
  if last == op then return { 'ok' } end
  times = num(before)
elseif n >= most then
  redis.call('HDEL', KEYS[2], oldest)
end
redis.call('HSET', KEYS[2], which, table.concat({ str(times + 1), when, op, what }, '|'))
return { 'ok' }
