-- uses: values runs index
-- Deletes a closed risk, or a topic with a key of its own. What is left is the way to its
-- trail.
-- KEYS  as in runs.lua, then the document, attempts, groups, the set of keys with a live
--       one, runs and indexes
-- ARGV  now, channel, document, attempts, groups and set (key indexes), version ('' of a
--       topic), risk key, n x (a group, its rev),
--       n x (a field of the risk's runs, key index of the run),
--       index changes
-- Answer: ok; conflict with version, group or run
-- A repeat finds the risk gone.
local docs, tried, groups, grouped, version, member = key(), key(), key(), key(), arg(), arg()
local kept, all = {}, {}
for i = 1, int() do kept[i] = { ref = arg(), rev = arg() } end
for i = 1, int() do all[i] = { name = arg(), key = key() } end
local index = indexes()

if redis.call('HGET', risk, 'gone') then return { 'ok' } end
if (redis.call('HGET', risk, 'v') or '') ~= version then return { 'conflict', 'version' } end
if (redis.call('HGET', binding, 'st') or '') ~= '' then return { 'conflict', 'group' } end
if #redis.call('HGETALL', groups) ~= 2 * #kept then return { 'conflict', 'group' } end
for _, g in ipairs(kept) do
  local stored = redis.call('HGET', groups, g.ref)
  if string.match(stored or '', '^(%d+)|') ~= g.rev then return { 'conflict', 'group' } end
end
local have, n = fields(redis.call('HGETALL', runs)), 0
for name, v in pairs(have) do
  local st, open = string.match(v, '^(%a+)|.*|(%d+)$')
  if string.sub(name, 1, 5) == 'fold:' then n = n + 1
  elseif string.sub(name, 1, #member + 1) == member .. '/' then
    n = n + 1
    if not (ended[st] and open == '0') then return { 'conflict', 'run' } end
  end
end
for _, r in ipairs(all) do
  if not have[r.name] then return { 'conflict', 'run' } end
end
if n ~= #all then return { 'conflict', 'run' } end

local newest = redis.call('HGET', risk, 'audit')
for _, r in ipairs(all) do redis.call('DEL', r.key) end
change_indexes(index)
redis.call('SREM', bindings, member)
redis.call('SREM', grouped, member)
redis.call('DEL', risk, docs, binding, shown, runs, tried, groups)
redis.call('HSET', risk, 'gone', str(now))
if newest then redis.call('HSET', risk, 'audit', newest) end
return { 'ok' }
