using VoiceGlm.Testing;

namespace VoiceGlm.Checkpoints.Tests.Disk;

public class HardLinkTests
{
    [Fact]
    public void Linked_file_is_the_same_file_and_survives_its_first_name()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["first"], "one");
        HardLink.CreateOrCopy(folder["first"], folder["second"]);
        using (FileStream stream = File.OpenWrite(folder["first"])) stream.Write("two"u8);
        Assert.Equal("two", File.ReadAllText(folder["second"]));
        File.Delete(folder["first"]);
        Assert.Equal("two", File.ReadAllText(folder["second"]));
    }

    [Fact]
    public void File_is_copied_where_it_cannot_be_linked()
    {
        Assert.SkipUnless(Directory.Exists("/dev/shm"), "A second file system is needed.");
        using var folder = new TemporaryFolder();
        string other = Path.Combine("/dev/shm", Path.GetFileName(folder.Path));
        Assert.SkipWhen(new DriveInfo("/dev/shm").Name == new DriveInfo(folder.Path).Name, "A second file system is needed.");
        File.WriteAllText(other, "one");
        try
        {
            HardLink.CreateOrCopy(other, folder["copy"]);
            Assert.Equal("one", File.ReadAllText(folder["copy"]));
        }
        finally
        {
            File.Delete(other);
        }
    }
}
