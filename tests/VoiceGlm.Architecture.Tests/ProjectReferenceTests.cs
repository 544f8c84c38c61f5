using System.Text.RegularExpressions;
using System.Xml.Linq;
using VoiceGlm.Testing;

namespace VoiceGlm.Architecture.Tests;

/// <summary>The table "The tree" of the README, as a test: who may reference whom, and where a package enters.</summary>
public sealed partial class ProjectReferenceTests
{
    private static readonly IReadOnlyDictionary<string, Row> s_table = ReadTable();

    public static TheoryData<string> Projects { get; } =
        [.. Directory.EnumerateFiles(Path.Combine(Repository.Root, "src"), "*.csproj", SearchOption.AllDirectories)
            .Select(static path => Path.GetFileNameWithoutExtension(path)).Order()];

    [Theory]
    [MemberData(nameof(Projects))]
    public void Project_references_what_the_table_allows_and_nothing_else(string project)
    {
        Row row = Assert.Contains(project, s_table);
        Assert.Equal(row.References.Order(), Items(project, "ProjectReference").Select(Path.GetFileNameWithoutExtension).Order()!);
    }

    [Theory]
    [MemberData(nameof(Projects))]
    public void Package_enters_where_the_table_says(string project)
    {
        Row row = Assert.Contains(project, s_table);
        Assert.Equal(row.Packages.Order(), Items(project, "PackageReference").Order());
    }

    [Fact]
    public void Table_names_no_project_that_does_not_exist() => Assert.Equal(Projects.Select(static row => row.Data), s_table.Keys.Order());

    [Fact]
    public void Package_enters_in_one_project_only()
    {
        IEnumerable<string> packages = s_table.Values.SelectMany(static row => row.Packages);
        Assert.Equal(packages.Distinct().Order(), packages.Order());
    }

    [Fact]
    public void Top_folder_holds_only_what_the_design_names()
    {
        string[] allowed = ["src", "web", "models", "tests", "samples"];
        IEnumerable<string> folders = Directory.EnumerateDirectories(Repository.Root).Select(static path => Path.GetFileName(path)!)
            .Where(static name => !name.StartsWith('.'));
        Assert.Empty(folders.Except(allowed));
    }

    private static IEnumerable<string> Items(string project, string kind) =>
        XDocument.Load(Path.Combine(Repository.Root, "src", project, project + ".csproj")).Descendants(kind)
            .Select(static element => element.Attribute("Include")!.Value);

    private static Dictionary<string, Row> ReadTable()
    {
        var rows = new Dictionary<string, Row>();
        foreach (string line in File.ReadLines(Path.Combine(Repository.Root, "README.md")))
        {
            Match match = RowPattern().Match(line);
            if (!match.Success) continue;
            rows.Add(match.Groups["project"].Value, new Row(
                [.. Words(match.Groups["references"].Value).Select(static name => "VoiceGlm." + name)],
                [.. Words(match.Groups["packages"].Value)]));
        }

        return rows;

        static string[] Words(string cell) =>
            cell.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries) is var words && words is ["–"] ? [] : words;
    }

    [GeneratedRegex(@"^\| `(?<project>VoiceGlm\.[\w.]+)` \|[^|]*\|(?<references>[^|]*)\|(?<packages>[^|]*)\|$")]
    private static partial Regex RowPattern();

    private sealed record Row(string[] References, string[] Packages);
}
