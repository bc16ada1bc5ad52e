// SPDX-License-Identifier: Apache-2.0
import Daemon
import Glibc

@main enum Program {
    static func main() async {
        StandardDescriptors.fill()
        ProcessMemory.prepare()
        await CommandLineTool.run()
        // exit() would take the libraries' state from under threads that may still be in a call to libvirt.
        fflush(nil)
        _exit(0)
    }
}
