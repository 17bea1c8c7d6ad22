// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package server

import "testing"

func TestALogIsWrittenWhereSomebodyReadsIt(t *testing.T) {
	t.Parallel()
	for variable, written := range map[string]bool{
		"PATH=/bin":                   false,
		"TF_LOG=":                     false,
		"TF_LOG=DEBUG":                true,
		"TF_LOG=json":                 true,
		"Tf_Log=debug":                true,
		"TF_LOG_PROVIDER=trace":       true,
		"TF_LOG_PROVIDER_EXCHANGE=on": true,
		"TF_LOG_SDK=trace":            true,
		"TF_LOG_SDK_FRAMEWORK=warn":   true,
		"TF_LOG_PATH=terraform.log":   true,
		"MY_TF_LOG=DEBUG":             false,
	} {
		levels := map[string]string{}
		err := silence([]string{"HOME=/home/someone", variable, "LANG=C"}, func(name, value string) error {
			levels[name] = value
			return nil
		})
		if err != nil || (levels["TF_LOG_SDK"] != "off") != written || len(levels) > 1 {
			t.Errorf("with %s it sets %v, %v", variable, levels, err)
		}
	}
}
