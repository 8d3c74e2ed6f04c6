package main

// chineseHelp returns tables with the Chinese of the help, by the English.
func chineseHelp() []map[string]string {
	return []map[string]string{
		chineseFlags(), chineseHelp1(), chineseHelp2(), chineseHelp3(), chineseHelp4(), chineseHelp5(), chineseWhy(),
	}
}

// chineseFlags has the short texts.
func chineseFlags() map[string]string {
	return map[string]string{
		"version prints the version, its commit and build time, and the Go release that\nbuilt it. Include this when you report a problem.": "version 显示版本、提交、构建时间和所用的 Go 版本。报告问题时请附上这些信息",
		"File risks in chat and have flows follow them up":                         "在聊天工具中填报风险，并由动作流持续跟进",
		"the language of messages: %s (default: your locale's)":                    "输出的语言：%s（默认跟随系统语言）",
		"Report every problem in config files":                                     "报告配置文件中的所有问题",
		"also ask the workspaces":                                                  "同时询问各工作区",
		"Try riskroom in the browser or the terminal, without any setup":           "在浏览器或终端中试用 riskroom，无需任何配置",
		"run the flows of this config file; - is the standard input":               "运行此配置文件的动作流；- 表示标准输入",
		"address of the page; port 0 picks a free one":                             "页面的地址；端口 0 表示任选空闲端口",
		"%s: where risks are filed":                                                "%s：在哪里填报风险",
		"play in the terminal":                                                     "在终端中播放",
		"en or zh-CN (default: the config file's, or your locale's)":               "en 或 zh-CN（默认按配置文件，或跟随系统语言）",
		"what to log to stderr: debug, info, warn or error":                        "写入 stderr 的日志级别：debug、info、warn 或 error",
		"Write risks as CSV or JSON Lines, with their history if you want":         "把风险导出为 CSV 或 JSON Lines，可包含历史记录",
		"the config file with the redis section; - is the standard input":          "含 redis 部分的配置文件；- 表示标准输入",
		"the file to write, which must not exist; without it, the standard output": "要写入的文件，不能已存在；不指定则写到标准输出",
		"only risks in these statuses, with commas between":                        "只导出这些状态的风险，用逗号分隔",
		"only risks of these modules, with commas between":                         "只导出这些模块的风险，用逗号分隔",
		"only risks that were filed on this day or later, such as 2026-01-31":      "只导出这一天及以后填报的风险，如 2026-01-31",
		"add what happened to each risk":                                           "包含每条风险的历史记录",
		"what to print: %s":                                                        "输出格式：%s",
		"how to log to stderr: text or json":                                       "写入 stderr 的日志格式：text 或 json",
		"what to log: debug, info, warn or error":                                  "日志级别：debug、info、warn 或 error",
		"Print how to set up the app on a platform":                                "显示如何在平台上设置应用",
		"the config file; - is the standard input":                                 "配置文件；- 表示标准输入",
		"the workspace, if the file has several on %s":                             "工作区，文件中有多个 %s 工作区时使用",
		"the address at which %s calls serve over HTTP: https://host":              "%s 通过 HTTP 访问 serve 的地址：https://host",
		"Delete risks and topics for good that ended long ago":                     "永久删除早已结束的风险和话题",
		"the day before which they must have ended, such as 2024-01-31":            "在哪一天之前结束，如 2024-01-31",
		"delete them; without it, they are only listed":                            "执行删除；不加则只列出",
		"Manage runs: see what is waiting and why, retry or drop what is stuck":    "管理运行：查看等待中的运行及原因，重试或放弃卡住的运行",
		"Continue parked runs now":                                                 "让待人工处理的运行立即继续",
		"End runs that are parked or have not begun":                               "结束待人工处理或尚未开始的运行",
		"List runs that are parked, running or scheduled":                          "列出待人工处理、执行中或待执行的运行",
		"the most runs to list":                                                    "最多列出多少个运行",
		"Explain a run: its state, the reason, and what it has done so far":        "说明一次运行：状态、原因以及已执行的内容",
		"Explain what flows did about a risk, what they will do, and why":          "说明动作流对一条风险做了什么、接下来会做什么，以及原因",
		"Write the JSON Schema of config files for editors":                        "为编辑器生成配置文件的 JSON Schema",
		"the schema of test files":                                                 "测试文件的 JSON Schema",
		"schema takes one config file, not %d":                                     "schema 只接受一个配置文件，而不是 %d 个",
		"Run riskroom for the workspaces of a config file":                         "按配置文件为各工作区运行 riskroom",
		"address for requests from platforms":                                      "接收平台请求的地址",
		"address of /healthz, /readyz and /metrics":                                "/healthz、/readyz 和 /metrics 的地址",
		"Print the version of riskroom":                                            "显示 riskroom 的版本",
		"Examples:":                                                                "示例：",
		"Available Commands:":                                                      "可用命令：",
		"Flags:":                                                                   "参数：",
		"Global Flags:":                                                            "全局参数：",
		"help for %s":                                                              "%s 的帮助",
		"Help about any command":                                                   "任何命令的帮助",
		"Use \"%s [command] --help\" for more information about a command.":        "各命令的说明：%s [command] --help",
		"Usage:":                         "用法：",
		"(default %s)":                   "（默认 %s）",
		"unknown flag: -%s":              "没有参数 -%s",
		"unknown flag: --%s":             "没有参数 --%s",
		"flag needs an argument: --%s":   "参数 --%s 需要一个值",
		"--%s: %q is not a valid value":  "--%s：值 %q 无效",
		"unknown command %q for %q":      "%[2]q 没有命令 %[1]q",
		"%s\n\nDid you mean this?\n\t%s": "%s\n\n是不是想输入：\n\t%s",
	}
}

// chineseHelp1 has a part of the long texts.
func chineseHelp1() map[string]string {
	return map[string]string{
		`riskroom lets people file risks in %s with a slash command.
Flows, which you write in a config file, follow the risks up. For example, they
message the handlers at once, remind them after a day, and create a group with the
right people after two. All data is in Redis.

To try it without any setup:       riskroom demo
To write a config file:            start from configs/, then riskroom check
To set up the app on a platform:   riskroom manifest %s --config FILE (or %s)
To run it for real:                riskroom serve --config FILE`: `riskroom 让大家在 %s 中用斜杠命令填报风险，并由配置文件中的动作流持续跟进：例如
立即通知处理人员，一天后提醒，两天后为相关人员创建群组。所有数据都存在 Redis 里。

无需配置，直接试用：    riskroom demo
编写配置文件：          从 configs/ 中的示例开始，然后运行 riskroom check
在平台上设置应用：      riskroom manifest %s --config FILE（或 %s）
正式运行：              riskroom serve --config FILE`,
		`check reads config files as serve does and reports every problem at once, with its
position: file:line:column: message [rule]. A file whose name ends in _test.yaml is
checked as a file of tests, which it doesn't run.

It connects to nothing and needs no secrets. If a value from the environment isn't
set, that is a warning here and an error in serve. Warnings don't fail the check.

With --online, check also asks the workspaces, if the file has no errors. It uses the
real secrets, and for each problem it says what to click. It checks:
  - whether the tokens are accepted and have every scope or permission;
  - whether people, user groups and roles exist, and nobody is named twice;
  - whether the bot can post in the channels that the file names;
`: `check 像 serve 一样读取配置文件，一次报告所有问题及其位置：
文件:行:列: 说明 [规则]
名称以 _test.yaml 结尾的文件按测试文件检查，但不运行其中的测试。

它不连接任何服务，也不需要密钥。来自环境变量的值如果没有设置，这里是警告，serve 中是错误。
警告不影响检查结果。

加上 --online 时，如果文件没有错误，还会询问各工作区。它使用真实的密钥，并针对每个问题说明
该点哪里。检查内容：
  - 令牌是否有效，权限是否齐全；
  - 人员、用户组和身份组是否存在，是否有人写了两次；
  - 机器人能否在文件写到的频道中发言；
`,
		`It changes nothing. A bot can't find everything out in advance. These problems show
only when they happen:
  - people who block direct messages, and other apps with the same command;
`: `它不会更改任何内容。机器人无法事先查明所有问题，以下情况发生时才会显现：
  - 有人屏蔽了私信，或其他应用使用了同名命令；
`,
		`Exit codes: 0 no errors, 1 there are errors, 2 the command line is wrong or a file
cannot be read.`: "退出码：0 没有错误，1 有错误，2 命令行有误或文件无法读取",
	}
}

// chineseHelp2 has a part of the long texts.
func chineseHelp2() map[string]string {
	return map[string]string{
		`demo shows a small chat workspace in the browser. File a risk with a slash
command, move the clock, and watch who gets a message, which group is created and
how the cards change. The engine, the adapter and the bot are the ones that serve
uses. Only %[1]s is emulated, or another platform with --platform. Everything is in
memory, and nobody is contacted. Only this machine can reach the page.

With --play, demo plays the life of a risk in the terminal instead, in a few
seconds: it is filed and corrected, its handlers get a message and a day later a
reminder, and after two days a group is created with the right people. There they
take the risk, note what they find, and pass it on, until it is resolved. Then they
discuss what they learned in a channel where nobody can post after its end.

With --config, demo runs your own flows, without secrets. Each workspace in the
file is emulated. Everybody in the file has an account in it, and user groups and
roles have two members. --platform chooses the workspace where risks are filed: the
first on that platform. By default it is the first %[1]s workspace, or the first of
all if there is none. With --play, one risk is filed for each module, time passes until
no flow has anything left to do, and then the risks are passed on and resolved.

With --format json, which implies --play, each line is one event. Every field is a
string:
  at      the time
  who     a person, or riskroom
  action  file, edit, assign, note, move (to another node), change_status,
          send_message, create_group, send_group_message, set_group, write (a
          person's message), refused (one that the platform didn't take), or
          skip, with the reason in text
  where   @name for a direct message, #name for a channel or group, the risk's key
          for a skip; the workspace follows in brackets unless the risks were
          filed there
  text    what was said or done

Exit codes: 0 played to the end or stopped by Ctrl-C, 1 it could not be played,
2 the command line is wrong.`: `demo 在浏览器中显示一个小型聊天工作区。用斜杠命令填报风险，拨快时钟，看谁会收到消息、
会创建哪些群组、卡片如何变化。引擎、适配器和机器人与 serve 相同，只有 %[1]s 是模拟的
（用 --platform 可选择其他平台）。所有数据都在内存中，不会联系任何人，页面只有本机能访问。

加上 --play 时，demo 改为在终端中用几秒钟播放一条风险的经历：填报、更正，处理人员收到消息，
一天后收到提醒，两天后相关人员进入新建的群组。他们在群组中领取风险、记录发现、流转风险，
直到处理完成；最后在一个频道中复盘，频道结束后任何人都不能发言。

加上 --config 时，demo 运行你自己的动作流，不需要密钥。文件中的每个工作区都是模拟的，文件中
的每个人都有账号，每个用户组和身份组有两名成员。--platform 指定在哪个工作区填报风险：该平台上
的第一个。默认是第一个 %[1]s 工作区，没有时为第一个工作区。再加上 --play 时，每个模块填报
一条风险，时间一直推进到没有待执行的动作流，然后流转这些风险并处理完成。

加上 --format json 时（同时启用 --play），每行是一个事件，所有字段都是字符串：
  at      时间
  who     某个人，或 riskroom
  action  file、edit、assign、note、move（到另一个节点）、change_status、
          send_message、create_group、send_group_message、set_group、write
          （某人的发言）、refused（平台未接受的发言），或 skip（原因在 text 中）
  where   私信为 @姓名，频道或群组为 #名称，skip 为风险编号；如果不是填报风险的
          工作区，后面用方括号注明
  text    说了什么或做了什么

退出码：0 播放结束或用 Ctrl-C 停止，1 无法播放，2 命令行有误`,
	}
}

// chineseHelp3 has a part of the long texts.
func chineseHelp3() map[string]string {
	return map[string]string{
		`export writes all risks, or those that you select, in the order of their keys. CSV
has a header and a row for each risk. JSON Lines has everything that is stored of a
risk. With --history, both have what /risk history shows, too.

In CSV, times are in the config's time zone. A cell that a spreadsheet would take
for a formula gets an apostrophe in front.

export reads the Redis that the config file names. You can use it while serve is
running. It needs only the secrets in the redis section. Only you can read the file
that --out writes.

Exit codes: 0 written, 1 not everything could be written, 2 the command line is
wrong.`: `export 按编号顺序导出全部风险，或你选择的风险。CSV 有表头，每条风险一行。JSON Lines 包含
一条风险保存的全部内容。加上 --history 时，两种格式都包含 /risk 历史 显示的内容。

CSV 中的时间使用配置的时区。会被电子表格当成公式的单元格，前面会加一个撇号。

export 读取配置文件指定的 Redis，可以在 serve 运行时使用，只需要 redis 部分的密钥。
--out 写入的文件只有你能读取。

退出码：0 已导出，1 未能全部导出，2 命令行有误`,
		`purge lists the risks that were resolved or shelved before a day, in the config's
time zone, and the topics that belong to no risk and ended before it. With --yes, it
deletes them: the risk or topic, its history and its runs. Nothing can bring them back
but a backup. Their numbers are not used again. Messages and channels on the platforms
stay as they are.

purge leaves out, and says so, a risk that has an item group or a topic that hasn't
ended, a run that hasn't ended, or a call of which it is unknown whether it happened,
and one that was closed less than two days ago. The audit trail of R-0 records what was
purged, and by whom.

You can use it while serve is running, and interrupt it: to go on, run it again.

Exit codes: 0 done, 1 Redis cannot be read or written, 2 the command line is wrong.`: `purge 列出在某一天（按配置的时区）之前处理完成或搁置的风险，以及在此之前结束、不属于任何
风险的话题。加上 --yes 时会删除它们：风险或话题、历史记录和运行。只有备份能恢复它们。
编号不会再次使用。平台上的消息和频道保持不变。

以下情况会跳过并说明原因：风险有未结束的专属群组或话题，有未结束的运行，有一次调用结果未知，
或关闭不到两天。R-0 的审计记录中会记下删除了什么、由谁删除。

可以在 serve 运行时使用，也可以中断：再次运行即可继续。

退出码：0 完成，1 无法读写 Redis，2 命令行有误`,
		`A run is one flow acting once on one risk. Its ID looks like
R-17/remind-after-a-day/1781234567890. A run that needs a person is parked: it
waits until somebody retries or drops it.

These commands read and write the Redis that the config file names. You can use
them while serve is running. They need only the secrets in the redis section.`: `一次运行是一个动作流对一条风险的一次执行，ID 形如
R-17/remind-after-a-day/1781234567890。待人工处理的运行会一直等待，直到有人重试或放弃它。

这些命令读写配置文件指定的 Redis，可以在 serve 运行时使用，只需要 redis 部分的密钥`,
		`retry makes parked runs due now and resets their failure counts. If a run is parked
because it is unknown whether its last call happened, check on the platform first:
retry makes that call again. If it did happen, drop the run instead.

Exit codes: 0 done, 1 at least one run could not be changed, 2 the command line is
wrong.`: `retry 让待人工处理的运行立即执行，并清零失败次数。如果原因是无法确定最后一次调用是否生效，
请先到平台上确认：retry 会再次调用。如果已经生效，请改用 drop 放弃该运行。

退出码：0 完成，1 至少有一个运行未能更改，2 命令行有误`,
	}
}

// chineseHelp4 has a part of the long texts.
func chineseHelp4() map[string]string {
	return map[string]string{
		`drop ends runs for good. What they did stays done, and their remaining steps are
skipped. If a run was about to create the risk's group, another run can create it
once this one is dropped. A flow that repeats goes on with its next time.

Exit codes: 0 done, 1 at least one run could not be changed, 2 the command line is
wrong.`: `drop 永久结束运行。已完成的动作保留，其余步骤不再执行。如果该运行正要创建风险的群组，
放弃之后可由其他运行创建。重复的动作流会从下一次继续。

退出码：0 完成，1 至少有一个运行未能更改，2 命令行有误`,
		`list shows parked runs first, and then the runs of open risks that are running,
waiting or armed (not yet due), with what they are waiting for. Ended runs are not
listed. Of those that an event started, and of those that repeat, riskroom keeps the
last five of each flow and risk; the list ends with how many others there were.

Exit codes: 0 listed, 1 Redis cannot be read, 2 the command line is wrong.`: `list 先显示待人工处理的运行，再显示未关闭风险的执行中、等待中和待执行（尚未到期）的运行，
以及它们在等什么。已结束的运行不显示。由事件触发的运行和重复的运行，每条风险的每个动作流只保留最近
五次；列表末尾会说明另有多少次。

退出码：0 已列出，1 无法读取 Redis，2 命令行有误`,
		`show prints the state of a run and its audit trail, oldest event first.

Exit codes: 0 shown, 1 there is no such run or Redis cannot be read, 2 the
command line is wrong.`: `show 显示一次运行的状态及其审计记录，从旧到新。

退出码：0 已显示，1 没有这个运行或无法读取 Redis，2 命令行有误`,
		`schema writes the JSON Schema of config files to %[1]s, next to the config
file that you name. Editors with a YAML language server then complete and explain
keys, if the config file begins with this line, as the examples do:

  # yaml-language-server: $schema=%[1]s

If FILE is a test file, such as riskroom_test.yaml, schema writes the schema of test
files to %[2]s. If the line names another file, schema writes that one.

Without FILE, it prints the schema of config files or, with --test, of test files.
Run it again after an upgrade of riskroom.`: `schema 把配置文件的 JSON Schema 写入 %[1]s，放在你指定的配置文件旁边。如果配置文件的
第一行如下（示例文件都是这样），支持 YAML 语言服务器的编辑器就能补全并解释各个键：

  # yaml-language-server: $schema=%[1]s

如果 FILE 是测试文件（如 riskroom_test.yaml），就把测试文件的 JSON Schema 写入 %[2]s。
如果这一行写了其他文件名，就写入那个文件。

不指定文件时，直接输出配置文件的 JSON Schema；使用 --test 时，输出测试文件的。
升级 riskroom 后请重新运行`,
		`serve runs riskroom until it receives SIGTERM or SIGINT. It then finishes the calls
in progress, hands its runs back, and exits within about ten seconds. Several of them
can share one Redis and the work.

`: `serve 运行 riskroom，直到收到 SIGTERM 或 SIGINT。然后完成正在进行的调用，交还运行，约十秒内
退出。多个 serve 可以共用一个 Redis，分担工作。

`,
	}
}

// chineseHelp5 has a part of the long texts.
func chineseHelp5() map[string]string {
	return map[string]string{
		`riskroom opens --listen only if a platform sends requests to it. It speaks HTTP there,
so put a proxy with a public address in front of it that terminates TLS.

/healthz, /readyz and /metrics are at --admin-listen, without access control.

serve doesn't start with a file that has errors; it prints them as check does. At
start it does what check --online does, and shows on one screen which workspaces it
serves and how, and what you need to fix. It serves the workspaces that work, even if
others don't. With --log-format json the screen is one log record, self-test.

On SIGHUP, serve reads the config file again and applies it, while it goes on running.
With --watch it does so when the file, or one that it names, has changed. If the file
has errors, the one before stays in force. Administrators are told the result. Changes
of redis, of workspaces and of the limits that calls have need a restart; serve then
says which keys. To see in advance what a file will do: riskroom plan.

Exit codes: 0 stopped by a signal, 1 it could not start or continue, 2 the command
line is wrong.`: `只有当平台会主动发来请求时，riskroom 才打开 --listen。它在那里使用 HTTP，请在前面放一个
有公网地址、终结 TLS 的代理。

/healthz、/readyz 和 /metrics 在 --admin-listen，没有访问控制。

配置文件有错误时 serve 不会启动，而是像 check 一样打印错误。启动时它会做 check --online 的
检查，并在一屏内显示服务于哪些工作区、如何服务、有哪些问题需要解决。即使有的工作区不可用，
也会继续服务其余工作区。使用 --log-format json 时，这一屏是一条名为 self-test 的日志。

收到 SIGHUP 后，serve 重新读取配置文件并应用它，期间继续运行。使用 --watch 时，配置文件或它
指定的文件更改后也会这样做。如果文件有错误，先前的文件继续生效。结果会通知管理员。redis、
工作区和调用时限的更改需要重新启动，serve 会说明是哪些键。事先查看文件会做什么：riskroom plan

退出码：0 收到信号后停止，1 无法启动或继续，2 命令行有误`,
	}
}
