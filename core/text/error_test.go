package text

import (
	"errors"
	"fmt"
	"io"
	"testing"
)

func TestError(t *testing.T) {
	t.Parallel()
	w := NewWording(Chinese, map[string]string{"the file %s ends early": "文件 %s 不完整"})
	e := NewError(Phrasef("the file %s ends early", "a.yaml"), io.ErrUnexpectedEOF)
	for _, tt := range []struct {
		err  error
		want string
	}{
		{e, "文件 a.yaml 不完整"},
		{errors.Join(e, nil), "文件 a.yaml 不完整"},
		{fmt.Errorf("start: %w", e), "start: the file a.yaml ends early"},
		{io.EOF, "EOF"},
	} {
		if got := w.Error(tt.err); got != tt.want {
			t.Errorf("%v: %q, want %q", tt.err, got, tt.want)
		}
	}
	if got := (Wording{}).Error(e); got != "the file a.yaml ends early" || !errors.Is(e, io.ErrUnexpectedEOF) {
		t.Errorf("English: %q", got)
	}
}
