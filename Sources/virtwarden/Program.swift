// SPDX-License-Identifier: Apache-2.0
import Daemon

@main enum Program {
    static func main() async {
        ProcessMemory.prepare()
        await CommandLineTool.run()
    }
}
