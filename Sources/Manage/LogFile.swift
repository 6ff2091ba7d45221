import StrictJSON

/// Lines of a log as a file: a table for spreadsheets, or a list of objects.
struct LogFile {
    /// The number of lines that a file holds at most.
    static let mostLines = 10_000

    /// The name of the file without its ending.
    let name: String
    let columns: [String]
    let lines: [[String]]

    /// - Parameter format: `json`, else CSV.
    func answer(_ format: String) -> ConsoleAnswer {
        if format == "json" {
            let objects = lines.map { line in
                JSON.object(JSONObject(zip(columns, line.map(JSON.string)).map { ($0, $1) }))
            }
            return .download(JSON.array(objects).text, type: "application/json", name: "\(name).json")
        }
        return .download(CSVFile.text([columns] + lines), type: "text/csv; charset=utf-8", name: "\(name).csv")
    }
}
