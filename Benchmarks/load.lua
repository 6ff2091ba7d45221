-- One operation on users over HTTP, for wrk with one thread; bench.py says which by the environment.
local operation = os.getenv("BENCH_OPERATION")
local path = os.getenv("BENCH_PATH")
local users = tonumber(os.getenv("BENCH_USERS"))
local seeded = os.getenv("BENCH_SEEDED")
local fresh = os.getenv("BENCH_FRESH")
local count = tonumber(os.getenv("BENCH_COUNT"))
local groups = tonumber(os.getenv("BENCH_GROUPS"))
local grouped = os.getenv("BENCH_GROUPED")
local document = io.open(os.getenv("BENCH_DOCUMENT")):read("*a")

local head = " HTTP/1.1\r\nHost: " .. os.getenv("BENCH_HOST") .. "\r\nAuthorization: Bearer " .. os.getenv("BENCH_TOKEN")
    .. "\r\nAccept: application/scim+json\r\n"

local function get(rest) return "GET " .. path .. rest .. head .. "\r\n" end

local function send(method, rest, body)
    return method .. " " .. path .. rest .. head .. "Content-Type: application/scim+json\r\nContent-Length: " .. #body
        .. "\r\n\r\n" .. body
end

local function user(n) return "/Users/" .. seeded .. string.format("%012d", n) end

local operations = {}

function operations.get() return get(user(math.random(users))) end

function operations.find()
    return get("/Users?filter=userName%20eq%20%22user" .. math.random(users) .. "@contoso.example%22")
end

function operations.create()
    count = count + 1
    return send("POST", "/Users", (document:gsub("{name}", "h" .. fresh .. count)))
end

-- Takes each user in turn, far from the one before, and the other value in the next pass: a PATCH that changes
-- nothing would write nothing. For the same reason pgbench has the first half of the users and this has the second.
function operations.patch()
    local half = math.floor(users / 2)
    local turn = math.floor(count / half)
    local n = half + (count * 7919) % half + 1
    count = count + 1
    return send("PATCH", user(n),
        '{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[{"op":"replace","path":"active","value":'
            .. (turn % 2 == 0 and "false" or "true") .. "}]}")
end

local function group(n) return "/Groups/" .. grouped .. string.format("%012d", n) end

function operations.group() return get(group(math.random(groups))) end

function operations.head() return get(group(math.random(groups)) .. "?excludedAttributes=members") end

-- One user into a group, and out of it again.
local guest, host

function operations.member()
    count = count + 1
    local body
    if count % 2 == 1 then
        guest, host = seeded .. string.format("%012d", math.random(users)), group(math.random(groups))
        body = '{"op":"add","path":"members","value":[{"value":"' .. guest .. '"}]}'
    else
        body = '{"op":"remove","path":"members","value":[{"value":"' .. guest .. '"}]}'
    end
    return send("PATCH", host, '{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[' .. body .. "]}")
end

-- The requests of Entra ID in a cycle: mostly look-ups, some changes, few creations.
function operations.mix()
    local kind = math.random(10)
    return operations[kind <= 7 and "find" or kind <= 9 and "patch" or "create"]()
end

-- Each response lets somebody in once; bench.py makes more of them than there is time for.
local responses = operation == "acs" and io.lines(os.getenv("BENCH_RESPONSES"))

function operations.acs()
    local body = responses()
    if not body then
        io.stderr:write("there are too few responses\n")
        os.exit(1)
    end
    return "POST " .. os.getenv("BENCH_ACS") .. " HTTP/1.1\r\nHost: " .. os.getenv("BENCH_HOST")
        .. "\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: " .. #body .. "\r\n\r\n" .. body
end

-- A refused sign-in is answered with a page: only the cookie of a session counts as a success.
local thread
refused = 0

function setup(started) thread = started end

if operation == "acs" then
    function response(status, headers)
        local cookie = headers["Set-Cookie"] or ""
        if status ~= 303 or not cookie:find("__Host-lectern-bench=", 1, true) then refused = refused + 1 end
    end
end

function init() math.randomseed(os.time()) end

request = operations[operation]

function done(summary, latency)
    local e = summary.errors
    if operation == "acs" then e.status = thread:get("refused") end
    io.write(string.format(
        '\n{"requests":%d,"microseconds":%d,"p50":%d,"p99":%d,"refused":%d,"broken":%d}\n',
        summary.requests, summary.duration, latency:percentile(50), latency:percentile(99), e.status,
        e.connect + e.read + e.write + e.timeout))
end
