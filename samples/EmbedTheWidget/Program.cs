// A shop's own web server, which knows nothing of voices: it serves one plain page. See README.md.
WebApplication shop = WebApplication.CreateBuilder(new WebApplicationOptions { Args = args, ContentRootPath = AppContext.BaseDirectory }).Build();
shop.Urls.Add("http://localhost:8090");
shop.MapGet("/", static () => Results.File(Path.Combine(AppContext.BaseDirectory, "index.html"), "text/html; charset=utf-8"));
await shop.RunAsync();
