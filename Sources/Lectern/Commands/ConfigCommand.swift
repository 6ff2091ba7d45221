import ArgumentParser
import StrictJSON

struct ConfigCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "config", abstract: "Show every key of the configuration, its value and what it is for.")

    @OptionGroup var output: OutputOptions

    func run() throws {
        let source = SettingSource()
        output.list(
            Setting.all.map { setting in
                let value = source.text(setting)
                return [
                    ("key", .string(setting.name)),
                    ("value", .string(setting.isSecret && !value.isEmpty ? "(set, secret)" : value)),
                    ("default", .string(setting.defaultValue)), ("reason", .string(setting.reason)),
                ]
            }, empty: "")
    }
}
