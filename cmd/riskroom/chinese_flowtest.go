package main

// chineseTest returns the Chinese of the phrases of test.
func chineseTest() map[string]string {
	return map[string]string{
		"Run the tests of flows that are next to config files":                  "运行配置文件旁的动作流测试",
		"only tests whose name matches this regular expression":                 "只运行名称符合此正则表达式的测试",
		"list what no test has tried":                                           "列出没有测试覆盖的内容",
		"fail if less than so many percent of a config file's flows were tried": "配置文件中动作流的覆盖率低于此百分比时失败",
		`test plays what each test of a file describes, and compares what the flows did with
what the test expects: who gets which message when, which groups are created with
whom, and what must never happen. riskroom.yaml is tested by riskroom_test.yaml.
If FILE is a folder, test runs every file in it and below whose name ends in
_test.yaml. Without FILE, that is the working directory.

It is simulate that plays a test: engine, adapters and bots are the ones that serve
uses, workspaces are emulated, and the clock jumps. Nobody is contacted, and secrets
needn't be set.

For a test that fails, test prints each reason with its position, and a timeline:
lines with - were expected and didn't happen, lines with + happened and must not.

--coverage lists what no test has tried: flows and steps that were never carried out,
and conditions that were never true or never false. Conditions that are joined by
"and", "or" or "not" count one by one.

docs/testing-flows.md explains the files.

Exit codes: 0 all tests passed, 1 a test failed, a file has problems or the coverage
is too low, 2 the command line is wrong or a file cannot be read.`: `test 执行测试文件中描述的场景，并把动作流的实际行为与预期比较：谁在何时收到哪条消息，
创建了哪些群组、成员有谁，以及什么不允许发生。riskroom.yaml 的测试写在 riskroom_test.yaml 中。
FILE 是文件夹时，运行该文件夹及其下级文件夹中名称以 _test.yaml 结尾的所有文件。
不写 FILE 时，运行当前文件夹中的测试文件。

测试的执行方式与 simulate 相同：引擎、适配器和机器人就是 serve 所用的，工作区是模拟的，时钟会跳跃。
不会联系任何人，也无需设置密钥。

测试失败时，会显示每个原因及其位置，以及时间线：带 - 的行是预期但没有发生的，带 + 的行是不该发生
却发生了的。

--coverage 列出没有测试覆盖的内容：从未执行的动作流和步骤，以及从未为真或从未为假的条件。
用 and、or、not 连接的条件逐个计算。

文件的写法见 docs/testing-flows.md。

退出码：0 全部通过，1 有测试失败、文件有问题或覆盖率过低，2 命令行有误或文件无法读取`,

		"FAIL %s":                "失败 %s",
		"FAIL %s: %s":            "失败 %s：%s",
		"FAIL %s: %s, %d failed": "失败 %s：%s，%d 个失败",
		"FAIL %s: its coverage is less than %d%%": "失败 %s：覆盖率低于 %d%%",
		"ok   %s: %s":          "通过 %s：%s",
		"coverage of %s: %d%%": "%s 的覆盖率：%d%%",
		"%d problem":           "%d 个问题",
		"%d problems":          "%d 个问题",
		"fine: %s":             "没有问题：%s",
		"%d test":              "%d 个测试",
		"%d tests":             "%d 个测试",
		"--run: %v":            "--run：%v",
		"--run: no test has a name that matches %q": "--run：没有名称符合 %q 的测试",
		"--coverage-min is a number from 0 to 100":  "--coverage-min 是 0 到 100 的数字",
		"cannot look for test files: %v":            "无法查找测试文件：%v",
		"there is no test file in %s or below: name one, or write riskroom_test.yaml next to riskroom.yaml": "%s 及其下级文件夹中没有测试文件：请指定一个，或在 riskroom.yaml 旁编写 riskroom_test.yaml",
		"%s is no test file: its tests are in %s":                                                           "%s 不是测试文件：它的测试在 %s 中",
		"%s is no test file: their names end in %s":                                                         "%s 不是测试文件：测试文件的名称以 %s 结尾",
	}
}
