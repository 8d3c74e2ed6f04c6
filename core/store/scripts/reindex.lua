-- uses: values
-- Corrects the indexes for a risk that an older version wrote.
-- KEYS  the risk, then indexes
-- ARGV  now, version, n x (index key, risk key, score or '' to leave it)
-- Answer: ok; conflict if the risk has changed
local version = arg()
local index = {}
for i = 1, int() do index[i] = { key = key(), member = arg(), score = arg() } end
if redis.call('HGET', KEYS[1], 'v') ~= version then return { 'conflict', 'version' } end
for _, i in ipairs(index) do
  if i.score == '' then redis.call('ZREM', i.key, i.member)
  else redis.call('ZADD', i.key, i.score, i.member)
  end
end
return { 'ok' }
