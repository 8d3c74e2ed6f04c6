-- library: values
-- Indexes of risks.

-- indexes takes a list of index changes from the arguments, each:
-- index key, add (0/1), n arguments: members to remove, or to add, each after its score.
local function indexes()
  local list = {}
  for i = 1, int() do
    local change = { key() }
    list[i] = { add = arg() == '1', args = change }
    for j = 1, int() do change[j + 1] = arg() end
  end
  return list
end

local function change_indexes(list)
  for _, i in ipairs(list) do redis.call(i.add and 'ZADD' or 'ZREM', unpack(i.args)) end
end
