# Completions of groundctl for fish. Save them as ~/.config/fish/completions/groundctl.fish
function __groundctl_complete
    set -l words (commandline -opc) (commandline -ct)
    for line in (groundctl complete $words[2..-1] 2>/dev/null)
        switch $line
            case ':files*'
                __fish_complete_path (commandline -ct)
            case ':folders*'
                __fish_complete_directories (commandline -ct)
            case '*'
                echo $line
        end
    end
end
complete -c groundctl -f -a '(__groundctl_complete)'
