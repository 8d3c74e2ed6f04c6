package flow

// chineseSteps has what is wrong with waits.
func chineseSteps() map[string]string {
	return map[string]string{
		"no step comes after this wait: remove it": "此等待之后没有步骤：请删除它",
		"a wait acts nowhere: leave out workspace": "等待步骤不在任何工作区中执行：请去掉 workspace",
		"a wait can't fail: leave out on_error":    "等待步骤不会失败：请去掉 on_error",
	}
}
